"""Makes of cars: the names that we know, what people write in their place, and how a name is recognised."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import partial
from importlib.util import find_spec

import polars as pl

from leadkit.errors import InvalidRequest, LeadkitError

KNOWN_BY = pl.Enum(["exact", "alias", "fuzzy", "unknown"])
"""How a make was recognised."""

MAKES = (
    "Abarth", "Acura", "Alfa Romeo", "AMC", "Aston Martin", "Audi", "Austin", "Austin-Healey", "Bentley", "BMW",
    "Bugatti", "Buick", "BYD", "Cadillac", "Chevrolet", "Chrysler", "Citroën", "Cupra", "Dacia", "Daewoo", "Daihatsu",
    "Datsun", "DeLorean", "Dodge", "DS", "Eagle", "Ferrari", "Fiat", "Fisker", "Ford", "Freightliner", "Genesis",
    "Geo", "GMC", "Harley-Davidson", "Holden", "Honda", "Hummer", "Hyundai", "Ineos", "Infiniti", "International",
    "Isuzu", "Iveco", "Jaguar", "Jeep", "Kawasaki", "Kia", "KTM", "Lada", "Lamborghini", "Lancia", "Land Rover",
    "Lexus", "Lincoln", "Lotus", "Lucid", "Mahindra", "Maserati", "Maybach", "Mazda", "McLaren", "Mercedes-Benz",
    "Mercury", "MG", "MINI", "Mitsubishi", "Morgan", "Nissan", "Oldsmobile", "Opel", "Packard", "Pagani", "Peugeot",
    "Plymouth", "Polestar", "Pontiac", "Porsche", "Ram", "Renault", "Rivian", "Rolls-Royce", "Rover", "Saab",
    "Saturn", "Scion", "SEAT", "Škoda", "Smart", "SsangYong", "Studebaker", "Subaru", "Suzuki", "Tata", "Tesla",
    "Toyota", "Triumph", "TVR", "Vauxhall", "VinFast", "Volkswagen", "Volvo", "Willys", "Yamaha",
)  # fmt: skip
ALIASES = {
    "Alfa Romeo": ("alfa",),
    "BMW": ("beamer", "bimmer"),
    "Cadillac": ("caddy", "cadilac", "caddilac"),
    "Chevrolet": ("chevy", "chev", "chevie", "chevvy", "chevorlet", "cheverolet", "chevrolette", "chverolet"),
    "Dodge": ("dodge ram",),
    "Harley-Davidson": ("harley",),
    "Hyundai": ("hunday", "hundai", "hyundia", "hyundi", "huyndai", "hyndai"),
    "Infiniti": ("infinity",),
    "Jaguar": ("jag", "jaguer"),
    "Lamborghini": ("lambo", "lamborgini"),
    "Land Rover": ("range rover",),
    "Mercedes-Benz": ("mercedes", "merc", "mb", "benz", "mercedez", "mercedez benz", "merceds", "mercedes amg"),
    "MINI": ("mini cooper", "bmw mini"),
    "Mitsubishi": ("mitsu", "mitsubushi", "mitsibishi"),
    "Nissan": ("nissian", "nisan"),
    "Oldsmobile": ("olds",),
    "Porsche": ("porshe", "porche"),
    "Ram": ("ram trucks",),
    "Rolls-Royce": ("rolls",),
    "Subaru": ("suburu", "subura"),
    "Toyota": ("toyata", "toyoto"),
    "Volkswagen": ("vw", "volkswagon", "vdub"),
}
"""What people write for a make: short names, and the misspellings that are met most."""
NOTHING = frozenset(
    {
        "", "0", "0000", "dontknow", "idk", "idontknow", "na", "nil", "no", "none", "notapplicable", "nothing",
        "notrade", "notradein", "notsure", "null", "unknown",
    }
)  # fmt: skip
"""Keys of texts that say nothing."""


def key_of(text: pl.Expr) -> pl.Expr:
    """A text as its letters and digits alone: compatibility forms folded (NFKD), small letters, no marks."""
    return text.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]+", "")


def with_keys(frame: pl.LazyFrame, columns: Mapping[str, str]) -> pl.LazyFrame:
    """The frame with the key of each of these columns under its new name; null where it says nothing.

    It says nothing if it is null, blank, only punctuation, or a placeholder such as N/A.
    """
    keys = {new: key_of(pl.col(column)) for column, new in columns.items()}
    says = {new: pl.when(~pl.col(new).is_in(sorted(NOTHING))).then(new) for new in keys}
    return frame.with_columns(**keys).with_columns(**says)


def with_makes(frame: pl.LazyFrame, key_column: str, *, fuzzy: float | None = None) -> pl.LazyFrame:
    """The frame with ``make`` and ``make_status``, read off this column of keys; both null where that is null.

    Args:
        frame: what holds the column.
        key_column: made by `with_keys`.
        fuzzy: how near (rapidfuzz's ratio of the keys, up to 100) an unknown name has to come to a known one to be
            taken for it; None: it stays unknown. Equally near to two makes is unknown too.
    """
    key, near = pl.col(key_column), pl.col(_NEAR)
    known = key.replace_strict(_MAKE_OF, default=None, return_dtype=pl.String)
    nearest = pl.lit(None, pl.String) if fuzzy is None else _nearest(key, fuzzy)
    status = (
        pl.when(key.is_in(_EXACT))
        .then(pl.lit("exact"))
        .when(pl.col("make").is_not_null())
        .then(pl.lit("alias"))
        .when(near.is_not_null())
        .then(pl.lit("fuzzy"))
        .when(key.is_not_null())
        .then(pl.lit("unknown"))
    )
    return (
        frame.with_columns(known.alias("make"), nearest.alias(_NEAR))
        .with_columns(pl.coalesce("make", _NEAR).alias("make"), status.cast(KNOWN_BY).alias("make_status"))
        .drop(_NEAR)
    )


def nearest_makes(keys: pl.Series, threshold: float) -> pl.Series:
    """The nearest make of each key; every different key is looked up once."""
    different = keys.drop_nulls().unique()
    found = pl.Series([_nearest_make(key, threshold) for key in different], dtype=pl.String)
    return keys.replace_strict(different, found, default=None, return_dtype=pl.String)


def checked_fuzzy(fuzzy: float | None, *, by: str) -> float | None:
    """The threshold, when it is one and rapidfuzz is there to use it.

    Raises:
        InvalidRequest: it is neither None nor a number above 0 and up to 100.
        LeadkitError: rapidfuzz is not installed.
    """
    if fuzzy is None:
        return None
    if isinstance(fuzzy, bool) or not isinstance(fuzzy, int | float) or not 0 < fuzzy <= _SAME:
        raise InvalidRequest(f"{by}: fuzzy={fuzzy!r} is refused: allowed is None, or a number up to 100, such as 90.")
    if find_spec("rapidfuzz") is None:
        raise LeadkitError(f"{by}: fuzzy= needs rapidfuzz, which is not installed: pip install 'leadkit[fuzzy]'.")
    return fuzzy


def _nearest(key: pl.Expr, threshold: float) -> pl.Expr:
    find = partial(nearest_makes, threshold=threshold)
    return key.map_batches(find, return_dtype=pl.String, is_elementwise=True)


def _nearest_make(key: str, threshold: float) -> str | None:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - an extra

    near = process.extract(key, _MAKE_OF.keys(), scorer=fuzz.ratio, score_cutoff=threshold, limit=None)
    makes = {_MAKE_OF[known] for known, score, _ in near if score == near[0][1]}
    return makes.pop() if len(makes) == 1 else None


def _plain(name: str) -> str:
    """What `key_of` makes of a name of the table."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).lower() if letter.isalnum())


_SAME = 100
_NEAR = "__near"
_EXACT = sorted(_plain(make) for make in MAKES)
_MAKE_OF = {_plain(make): make for make in MAKES} | {
    _plain(alias): make for make, aliases in ALIASES.items() for alias in aliases
}
