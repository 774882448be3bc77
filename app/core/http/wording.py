"""The finish of the OpenAPI document: names that survive a move of files, words and examples nobody should write twice.

- Components are named by their domain: `AcademyCoursePage`, not `Page_AcademyCourse_`; `AcademyCohortStatus`, although
  the enum is `CohortStatus` in its room. Two domains may so have enums of one name, and none of the two is renamed. A
  model that chose a title of its own is called by it.
- A list's example is a page with its item's example; an object's is made of its fields' when it has none of its own.
- The nulls of examples are put back, which the framework drops.
- `title`s that only repeat the name of their field are left out, and an answer is described by what it brings.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Any

Json = dict[str, Any]

_PREFIX = "#/components/schemas/"
_PAGE = "One page. `next_cursor` is null on the last one."
_SORT = "What to sort by; a leading minus means descending."


def finish(document: Json) -> None:
    """Change `document`, as the framework made it, in place."""
    schemas: Json = document.get("components", {}).get("schemas", {})
    for key, schema in schemas.items():
        if key.startswith("Page_"):
            schema.setdefault("description", _PAGE)
    _rename(document, schemas)
    for schema in schemas.values():
        _drop_titles(schema)
    examples = Examples(schemas)
    for name in schemas:
        examples.complete(name)
    for item in document.get("paths", {}).values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                _describe(parameter)
            for answer in operation["responses"].values():
                _say_what_comes(answer, schemas)


def _rename(document: Json, schemas: Json) -> None:
    names = {key: _public_name(key, schema) for key, schema in schemas.items()} | _enum_names(schemas)
    taken = list(names.values())
    changes = {old: new for old, new in names.items() if old != new and taken.count(new) == 1}
    for old, new in changes.items():
        schemas[new] = schemas.pop(old)
        schemas[new]["title"] = new
    _redirect(document, {_PREFIX + old: _PREFIX + new for old, new in changes.items()})


def _public_name(key: str, schema: Json) -> str:
    title = schema.get("title", key)
    chosen = key.isidentifier() and "__" not in key and title.isidentifier()
    return title if chosen or key.startswith("Page_") else key


def _enum_names(schemas: Json) -> dict[str, str]:
    """Of each enum of a domain, under whichever name the framework gave it, the name with its domain in front."""
    candidates: dict[str, set[tuple[str, str]]] = {}
    for kind in _enums(Enum):
        package, _, rest = kind.__module__.partition(".")
        domain = rest.partition(".")[0]
        if package != "app" or domain == "core":
            continue
        own = kind.__name__
        public = own if own.lower().startswith(domain) else f"{domain.title()}{own}"
        values = [member.value for member in kind]
        for key in (own, f"{kind.__module__}.{own}".replace(".", "__")):
            if schemas.get(key, {}).get("enum") == values:
                candidates.setdefault(key, set()).add((domain.title(), public))
    return {key: _owner(key, found, schemas) for key, found in candidates.items()}


def _owner(key: str, candidates: set[tuple[str, str]], schemas: Json) -> str:
    """Enums of two domains with equal names and values: it is the one of the domain whose schemas refer to it."""
    users = [name for name, schema in schemas.items() if f"'{_PREFIX}{key}'" in str(schema)]
    fitting = [public for domain, public in sorted(candidates) if any(user.startswith(domain) for user in users)]
    return (fitting or [public for _, public in sorted(candidates)])[0]


def _enums(kind: type[Enum]) -> Iterator[type[Enum]]:
    for child in kind.__subclasses__():
        yield child
        yield from _enums(child)


def _redirect(node: Any, references: dict[str, str]) -> None:
    if isinstance(node, dict):
        if (found := references.get(str(node.get("$ref")))) is not None:
            node["$ref"] = found
        for child in node.values():
            _redirect(child, references)
    elif isinstance(node, list):
        for child in node:
            _redirect(child, references)


def _drop_titles(schema: Json) -> None:
    for name, field in schema.get("properties", {}).items():
        if field.get("title") == _derived_title(name):
            del field["title"]


def _derived_title(name: str) -> str:
    return name.title().replace("_", " ").strip()


def _describe(parameter: Json) -> None:
    name, schema = parameter["name"], parameter.get("schema", {})
    if schema.get("title") in (_derived_title(name), name):
        del schema["title"]
    if "description" not in parameter:
        if parameter["in"] == "path" and name.endswith("_id"):
            parameter["description"] = f"Id of the {name.removesuffix('_id').replace('_', ' ')}."
        elif name == "sort":
            parameter["description"] = _SORT


def _say_what_comes(answer: Json, schemas: Json) -> None:
    if answer.get("description") == "Successful Response":
        contents = answer.get("content", {}).values()
        names = [content.get("schema", {}).get("$ref", "").removeprefix(_PREFIX) for content in contents]
        told = [schemas.get(name, {}).get("description", "") for name in names]
        answer["description"] = next((text.partition("\n")[0] for text in told if text), "Done")


class Examples:
    """Completes the examples of component schemas from what they consist of."""

    def __init__(self, schemas: Json) -> None:
        self._schemas = schemas

    def complete(self, name: str) -> None:
        """Give the schema an example if its parts have some; put dropped nulls back into those it has."""
        schema = self._schemas[name]
        if "examples" in schema:
            for example in schema["examples"]:
                self._put_nulls_back(example, schema)
        elif schema.get("type") == "object" and schema.get("properties"):
            made = self._made(schema)
            if made is not None:
                schema["examples"] = [made]

    def _made(self, schema: Json) -> Json | None:
        example: Json = {}
        for name, field in schema["properties"].items():
            if name == "next_cursor":
                example[name] = None
                continue
            found = self._of_field(field)
            if found is None:
                return None
            example[name] = found
        return example

    def _of_field(self, field: Json) -> Any:
        field = self._resolved(field)
        if field.get("examples"):
            self._put_nulls_back(field["examples"][0], field)
            return field["examples"][0]
        if field.get("type") == "array":
            found = self._of_field(field.get("items", {}))
            return None if found is None else [found]
        return field.get("const")

    def _put_nulls_back(self, example: Any, schema: Json) -> None:
        schema = self._resolved(schema)
        for inner in schema.get("anyOf", ()):
            self._put_nulls_back(example, inner)
        if isinstance(example, list):
            for item in example:
                self._put_nulls_back(item, schema.get("items", {}))
        elif isinstance(example, dict):
            for name, field in schema.get("properties", {}).items():
                if name in example:
                    self._put_nulls_back(example[name], field)
                elif name in schema.get("required", ()) and _may_be_null(field):
                    example[name] = None
            if isinstance(named := schema.get("additionalProperties"), dict):
                for name in example.keys() - schema.get("properties", {}).keys():
                    self._put_nulls_back(example[name], named)

    def _resolved(self, schema: Json) -> Json:
        reference = schema.get("$ref")
        found: Json = self._schemas.get(reference.removeprefix(_PREFIX), {}) if reference else schema
        return found


def _may_be_null(field: Json) -> bool:
    return {"type": "null"} in field.get("anyOf", ()) or field.get("type") == "null"
