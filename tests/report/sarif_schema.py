"""The part of SARIF 2.1.0 that the reports use, as a JSON schema that lets nothing else through.

Written from the specification (OASIS, SARIF 2.1.0, section 3): no package registry has the published schema.
"""

from __future__ import annotations

from typing import Any


def _object(required: str, **properties: Any) -> dict[str, Any]:
    """An object with these properties and no others."""
    return {"type": "object", "properties": properties, "required": required.split(), "additionalProperties": False}


def _array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


_TEXT = {"type": "string", "minLength": 1}
_NUMBER = {"type": "integer", "minimum": 1}
_MESSAGE = _object("text", text=_TEXT)
_BAG = {"type": "object"}
# A relative reference (RFC 3986): no scheme, no leading slash, no blank, only escapes of two digits (3.4.3).
_URI = {"type": "string", "pattern": r"^(?!/)(?![A-Za-z][A-Za-z0-9+.-]*:)(%[0-9A-F]{2}|[A-Za-z0-9._~/-])+$"}
_LOCATION = _object("uri", uri=_URI, uriBaseId={"const": "SRCROOT"})
_REGION = _object(
    "startLine startColumn endLine endColumn",
    startLine=_NUMBER,
    startColumn=_NUMBER,
    endLine=_NUMBER,
    endColumn=_NUMBER,
)
_CHANGE = _object(
    "artifactLocation replacements",
    artifactLocation=_LOCATION,
    replacements={
        **_array(
            _object("deletedRegion", deletedRegion=_REGION, insertedContent=_object("text", text={"type": "string"}))
        ),
        "minItems": 1,
    },
)
_RESULT = _object(
    "ruleId ruleIndex level message locations partialFingerprints",
    ruleId=_TEXT,
    ruleIndex={"type": "integer", "minimum": 0},
    level={"enum": ["none", "note", "warning", "error"]},
    message=_MESSAGE,
    locations=_array(
        _object(
            "physicalLocation", physicalLocation=_object("artifactLocation", artifactLocation=_LOCATION, region=_REGION)
        )
    ),
    partialFingerprints={"type": "object", "additionalProperties": {"type": "string"}},
    properties=_BAG,
    fixes={
        **_array(_object("artifactChanges", description=_MESSAGE, artifactChanges={**_array(_CHANGE), "minItems": 1})),
        "minItems": 1,
    },
    suppressions=_array(_object("kind", kind={"enum": ["inSource", "external"]}, justification={"type": "string"})),
)
_RULE = _object(
    "id",
    id=_TEXT,
    name={"type": "string", "pattern": "^[A-Z][A-Za-z0-9]*$"},
    shortDescription=_MESSAGE,
    fullDescription=_MESSAGE,
    help=_MESSAGE,
    helpUri={"type": "string", "format": "uri", "pattern": "^https://"},
)
_DRIVER = _object(
    "name",
    name=_TEXT,
    version=_TEXT,
    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+$"},
    informationUri={"type": "string", "pattern": "^https://"},
    rules=_array(_RULE),
)
SCHEMA = _object(
    "version runs",
    **{"$schema": {"type": "string", "pattern": "^https://"}},
    version={"const": "2.1.0"},
    runs=_array(
        _object(
            "tool results",
            tool=_object("driver", driver=_DRIVER),
            columnKind={"const": "unicodeCodePoints"},
            originalUriBaseIds=_object("SRCROOT", SRCROOT=_object("", description=_MESSAGE)),
            results=_array(_RESULT),
            properties=_BAG,
        )
    ),
)
