"""Lifelike names for invented people and their businesses: names from Faker's lists, forms of address of the place."""

from dataclasses import dataclass
from random import Random

from faker.providers.person.id_ID import Provider

from members.enums import Sex

FEMALE = tuple(Provider.first_names_female)
MALE = tuple(Provider.first_names_male)
LAST = {
    Sex.FEMALE: tuple(Provider.last_names_female) + tuple(Provider.last_names),
    Sex.MALE: tuple(Provider.last_names),
}


@dataclass(frozen=True)
class Trade:
    """What a business makes, in the words on its sign; `food` decides which licences apply."""

    sign: str
    product: str
    weight: int
    food: bool = False
    kbli_word: str = ""


@dataclass(frozen=True)
class Place:
    """How people of a place are called, and what they make there."""

    calls: dict[Sex, tuple[str, ...]]
    trades: tuple[Trade, ...]


PALEMBANG = Place(
    calls={Sex.FEMALE: ("Cek", "Bu", "Yuk"), Sex.MALE: ("Mang", "Pak", "Kak")},
    trades=(
        Trade("Pempek", "Pempek", 16, food=True),
        Trade("Kemplang", "Kemplang dan kerupuk ikan", 10, food=True, kbli_word="kerupuk"),
        Trade("Songket", "Kain songket", 7),
        Trade("Jumputan", "Kain jumputan Tuan Kentang", 4),
        Trade("Tanjak", "Tanjak dan aksesori", 2),
        Trade("Warung", "Sembako", 18),
        Trade("Katering", "Nasi kotak dan kue", 7, food=True),
        Trade("Kue", "Kue basah", 8, food=True),
        Trade("Keripik", "Keripik", 6, food=True, kbli_word="keripik"),
        Trade("Kopi", "Kopi Sumatera Selatan", 4, food=True),
        Trade("Busana", "Pakaian jadi", 6),
        Trade("Penjahit", "Jasa jahit", 4),
        Trade("Bengkel", "Servis sepeda motor", 4),
        Trade("Mebel", "Mebel kayu", 2),
        Trade("Plat Nomor", "Plat nomor dan kunci", 2),
    ),
)

BANDUNG = Place(
    calls={Sex.FEMALE: ("Bu", "Teh", "Ceu"), Sex.MALE: ("Pak", "Kang", "Mang")},
    trades=(
        Trade("Keripik", "Keripik singkong", 14, food=True, kbli_word="keripik"),
        Trade("Opak", "Opak dan rengginang", 7, food=True, kbli_word="kerupuk"),
        Trade("Susu", "Susu olahan Pangalengan", 6, food=True),
        Trade("Kopi", "Kopi Gunung Puntang", 7, food=True),
        Trade("Konveksi", "Pakaian rajut dan konveksi", 13),
        Trade("Sayur", "Sayuran segar", 9),
        Trade("Warung", "Sembako", 16),
        Trade("Kue", "Kue kering", 8, food=True),
        Trade("Dapur", "Masakan siap santap", 7, food=True),
        Trade("Penjahit", "Jasa jahit", 5),
        Trade("Bengkel", "Servis sepeda motor", 4),
        Trade("Kerajinan Bambu", "Anyaman bambu", 4),
    ),
)


def person_name(rng: Random, sex: Sex) -> tuple[str, str]:
    """A full name and the first name by which neighbours call."""
    first = rng.choice(FEMALE if sex == Sex.FEMALE else MALE)
    return f"{first} {rng.choice(LAST[sex])}", first


def business_name(rng: Random, place: Place, trade: Trade, sex: Sex, first: str) -> str:
    """As on a sign: `Keripik Bu Astuti`, `Songket Cek Ayu`."""
    return f"{trade.sign} {rng.choice(place.calls[sex])} {first}"
