"""Every test of trainings stands on the same morning."""

import pytest

from tests.factories.foundation import office
from tests.factories.trainings import TrainingFactory
from trainings.models import Training


@pytest.fixture
def training(db: None) -> Training:
    office("16.71")
    return TrainingFactory()
