# One image for web, worker, beat and migration. No compiler: every requirement comes as a wheel.
FROM python:3.11-slim AS parts
WORKDIR /app
COPY requirements/base.txt requirements/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/base.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin guyub \
    && install -d -o guyub -g guyub /var/lib/guyub /var/lib/guyub/media
COPY --from=parts /venv /venv
WORKDIR /app
COPY . .
# Texts and static files are part of the image; the demo's settings suffice to make them.
RUN GUYUB_MODE=demo python manage.py messages --compile \
    && GUYUB_MODE=demo STATIC_ROOT=/app/staticfiles python manage.py collectstatic --noinput --verbosity 0
ENV GUYUB_MODE=production STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/var/lib/guyub/media \
    BEAT_SCHEDULE_FILE=/var/lib/guyub/celerybeat-schedule
USER guyub
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "python:msme_platform.web_server"]
