"""What the database itself refuses: enums as text with a named CHECK, and the shape of JSON documents.

A shape is a mapping from keys to JSON types, `{"skill_id": "string", "level?": "string|number"}`: a key that ends in
`?` may be absent or null. More keys than those named are allowed. A null column passes: whether it may be null is the
column's own business.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import CheckConstraint

JSON_TYPES = frozenset({"array", "boolean", "number", "object", "string"})


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The values that an enum column may have."""
    return CheckConstraint(f"{column} IN ({_listed(values)})", name=column)


def each_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """The values that the elements of a `text[]` column may have."""
    return CheckConstraint(f"{column} <@ ARRAY[{_listed(values)}]::text[]", name=column)


def has_shape(column: str, shape: Mapping[str, str]) -> CheckConstraint:
    """A JSON object with these keys."""
    said = [f"jsonb_typeof({column}) = 'object'"]
    for key, types in shape.items():
        found = f"jsonb_typeof({column} -> '{key.removesuffix('?')}')"
        kinds = _kinds(types)
        if key.endswith("?"):
            said.append(f"coalesce({found}, 'null') IN ({_listed([*kinds, 'null'])})")
        else:
            said.append(f"coalesce({found}, 'null') IN ({_listed(kinds)})")
    return CheckConstraint(f"{column} IS NULL OR {' AND '.join(said)}", name=f"{column}_shape")


def lists(column: str, shape: Mapping[str, str]) -> CheckConstraint:
    """A JSON array of objects with these keys."""
    bad = ['@.type() != "object"']
    for key, types in shape.items():
        place = f'@."{key.removesuffix("?")}".type()'
        if key.endswith("?"):
            # Nothing is unequal to anything where there is nothing.
            bad.append("(" + " && ".join(f'{place} != "{kind}"' for kind in [*_kinds(types), "null"]) + ")")
        else:
            bad.append("!(" + " || ".join(f'{place} == "{kind}"' for kind in _kinds(types)) + ")")
    # The path of the second rule looks through arrays inside of the array; the first one, strict, does not.
    flat = f"NOT {column} @? 'strict $[*] ? (@.type() != \"object\")'"
    rule = f"jsonb_typeof({column}) = 'array' AND {flat}"
    rule += f" AND NOT jsonb_path_exists({column}, '$[*] ? ({' || '.join(bad)})')"
    return CheckConstraint(f"{column} IS NULL OR {rule}", name=f"{column}_shape")


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _kinds(types: str) -> list[str]:
    kinds = types.split("|")
    if unknown := set(kinds) - JSON_TYPES:
        raise ValueError(f"not types of JSON: {', '.join(sorted(unknown))}")
    return kinds
