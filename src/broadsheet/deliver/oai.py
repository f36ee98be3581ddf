"""OAI-PMH 2.0, the protocol by which others harvest the library: a request's arguments in, a document out.

Answers are complete in themselves: nothing is kept between two requests, a resumption token says where to go on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.core import signing
from lxml import etree

from broadsheet.core import harvesting, taxonomy
from broadsheet.core.harvesting import Item, Wanted
from broadsheet.deliver import present
from broadsheet.deliver.oai_formats import FORMATS, Format, put, root
from broadsheet.errors import BroadsheetError

NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"

PORTION = 500
"""Items in one answer."""

LONGEST_TOKEN = 1000

_ARGUMENTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset()),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
}
"""What each verb must be given, and what it may be."""

_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]{1,2000}")

_RESUMED = {"ListIdentifiers", "ListRecords"}

Arguments = Mapping[str, str]


class OaiError(BroadsheetError):
    """What the protocol answers instead of what was asked for: one of its codes, and words for people."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class House:
    """Who answers: its name, its address without a slash, a mail address, and the clock."""

    name: str
    address: str
    mail: str
    clock: Callable[[], datetime]

    @property
    def base(self) -> str:
        """The address that answers the protocol."""
        return f"{self.address}/oai"

    def identifier(self, key: int) -> str:
        """The identifier of a paper for ever: its ids may change, and be those of another paper one day."""
        return f"oai:{self._place}:{key}"

    def key_of(self, identifier: str) -> int:
        """The paper that an identifier names; OaiError if it is none of ours."""
        match = re.fullmatch(rf"oai:{re.escape(self._place)}:([1-9]\d{{0,17}})", identifier, re.ASCII)
        if not match:
            raise OaiError("idDoesNotExist", f"“{identifier}” is no identifier of this repository.")
        return int(match[1])

    @property
    def _place(self) -> str:
        host = self.address.partition("://")[2].rpartition("@")[2]
        return re.sub(r"[^\w.-]", "-", re.sub(r":\d+$", "", host), flags=re.ASCII)


class _Place(NamedTuple):
    """Where a list goes on, as a resumption token says it."""

    after: int
    cursor: int
    total: int | None


def answer(pairs: Iterable[tuple[str, str]], house: House) -> bytes:
    """The document that answers a request with these arguments; errors of the protocol are documents, too."""
    # Read before anything else: whoever asks the next time for what changed from here on must miss nothing.
    asked_at = house.clock()
    element = root(NAMESPACE, SCHEMA, "OAI-PMH", {None: NAMESPACE})
    put(element, "responseDate", _second(asked_at))
    request = put(element, "request", house.base)
    try:
        arguments = _arguments(pairs)
        for name, value in arguments.items():
            request.set(name, value)
        element.append(_VERBS[arguments["verb"]](arguments, house))
    except OaiError as error:
        if error.code in {"badVerb", "badArgument"}:
            request.attrib.clear()
        put(element, "error", str(error), code=error.code)
    return etree.tostring(element, encoding="UTF-8", xml_declaration=True)


def _arguments(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The arguments, if they are those of a verb."""
    said: dict[str, list[str]] = {}
    for name, value in pairs:
        said.setdefault(name, []).append(value)
    verbs = said.get("verb", [])
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        raise OaiError("badVerb", f"There must be one verb, of {', '.join(_ARGUMENTS)}.")
    verb = verbs[0]
    required, admitted = _ARGUMENTS[verb]
    names = said.keys() - {"verb"}
    for name in sorted(names):
        if len(said[name]) > 1:
            raise OaiError("badArgument", f"The argument {_quoted(name)} is there {len(said[name])} times.")
        if not _PRINTABLE.fullmatch(said[name][0]):
            raise OaiError("badArgument", f"The argument {_quoted(name)} has signs that no argument has.")
    if verb in _RESUMED and names == {"resumptionToken"}:
        return {"verb": verb, "resumptionToken": said["resumptionToken"][0]}
    if verb == "ListSets" and names == {"resumptionToken"}:
        raise OaiError("badResumptionToken", "The list of sets comes whole, without tokens.")
    if strange := sorted(names - required - admitted):
        raise OaiError("badArgument", f"{verb} takes no argument {_quoted(strange[0])} here.")
    if missing := sorted(required - names):
        raise OaiError("badArgument", f"{verb} needs the argument {_quoted(missing[0])}.")
    return {"verb": verb, **{name: said[name][0] for name in sorted(names)}}


def _quoted(name: str) -> str:
    return f"“{name[:60]}”"


def _identify(_arguments: Arguments, house: House) -> etree._Element:
    element = _element("Identify")
    fields = {
        "repositoryName": house.name,
        "baseURL": house.base,
        "protocolVersion": "2.0",
        "adminEmail": house.mail,
        "earliestDatestamp": _second(harvesting.beginning(house.clock)),
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    for name, text in fields.items():
        put(element, name, text)
    return element


def _list_formats(arguments: Arguments, house: House) -> etree._Element:
    kind = _item(arguments["identifier"], house).kind if "identifier" in arguments else None
    element = _element("ListMetadataFormats")
    for prefix, form in FORMATS.items():
        if kind is None or form.fits(kind):
            told = etree.SubElement(element, etree.QName(NAMESPACE, "metadataFormat"))
            put(told, "metadataPrefix", prefix)
            put(told, "schema", form.schema)
            put(told, "metadataNamespace", form.namespace)
    return element


def _list_sets(_arguments: Arguments, _house: House) -> etree._Element:
    element = _element("ListSets")
    for category, name in taxonomy.CATEGORIES.items():
        told = etree.SubElement(element, etree.QName(NAMESPACE, "set"))
        put(told, "setSpec", _set_of(category))
        put(told, "setName", name)
    return element


def _get_record(arguments: Arguments, house: House) -> etree._Element:
    found = _item(arguments["identifier"], house)
    form = _format(arguments["metadataPrefix"])
    if not form.fits(found.kind):
        raise OaiError("cannotDisseminateFormat", "This item has no arXiv id, and so not the format arXiv.")
    element = _element("GetRecord")
    element.append(_record(found, form, house))
    return element


def _list(arguments: Arguments, house: House) -> etree._Element:
    """ListIdentifiers and ListRecords: a portion of the items, and a token for what comes next."""
    verb, token, place = arguments["verb"], arguments.get("resumptionToken"), None
    if token is not None:
        arguments, place = _resumed(token, verb)
    form = _format(arguments["metadataPrefix"])
    wanted = _wanted(arguments, form)
    found = harvesting.portion(wanted, PORTION, house.clock, after=place.after if place else None)
    if not found.items and place is None:
        raise OaiError("noRecordsMatch", "Nothing here changed in that time and set, and has that format.")
    if not found.items:
        raise OaiError("badResumptionToken", "What this list had left has changed; ask for what changed since.")
    element = _element(verb)
    for each in found.items:
        element.append(_record(each, form, house) if verb == "ListRecords" else _header(each, house))
    cursor, total = (place.cursor, place.total) if place else (0, found.total)
    if place or found.last:
        last = put(element, "resumptionToken", "", cursor=str(cursor))
        if total is not None:
            last.set("completeListSize", str(max(total, cursor + len(found.items))))
        if found.last:
            last.text = _token(arguments, _Place(found.last, cursor + len(found.items), total))
    return element


_VERBS: Mapping[str, Callable[[Arguments, House], etree._Element]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}


def _item(identifier: str, house: House) -> Item:
    if found := harvesting.item(house.key_of(identifier), house.clock):
        return found
    raise OaiError("idDoesNotExist", f"There is no item {identifier}.")


def _format(prefix: str) -> Format:
    if prefix not in FORMATS:
        raise OaiError("cannotDisseminateFormat", f"The formats here are {', '.join(FORMATS)}.")
    return FORMATS[prefix]


def _wanted(arguments: Arguments, form: Format) -> Wanted:
    since, until = arguments.get("from", ""), arguments.get("until", "")
    if since and until and len(since) != len(until):
        raise OaiError("badArgument", "“from” and “until” must both be days, or both moments.")
    begin = _moment("from", since) if since else None
    end = _moment("until", until, last=True) if until else None
    if begin and end and begin > end:
        raise OaiError("badArgument", "“from” is later than “until”.")
    return Wanted(since=begin, until=end, kind=form.kind, category=_category(arguments.get("set", "")))


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", re.ASCII)


def _moment(name: str, text: str, *, last: bool = False) -> datetime:
    """The moment, or the first or last second of the day, that an argument says."""
    try:
        if match := _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return moment + timedelta(hours=23, minutes=59, seconds=59) if last and not match[1] else moment
    except ValueError:
        pass
    raise OaiError("badArgument", f"“{name}” is no day or moment such as 2026-03-17 or 2026-03-17T08:00:00Z.")


def _category(spec: str) -> str:
    """The category that a set is; empty for no set."""
    category = spec.rpartition(":")[2]
    if spec and (category not in taxonomy.CATEGORIES or _set_of(category) != spec):
        raise OaiError("noRecordsMatch", f"There is no set {_quoted(spec)}; ListSets tells which there are.")
    return category


def _set_of(category: str) -> str:
    archive, dot, _ = category.partition(".")
    return f"{archive}:{category}" if dot else archive


def _token(arguments: Arguments, place: _Place) -> str:
    """A token that says which list it is of, and where it goes on; nobody but this house can make one."""
    return _signer().sign_object([dict(arguments), *place])


def _resumed(token: str, verb: str) -> tuple[Arguments, _Place]:
    try:
        if len(token) > LONGEST_TOKEN:
            raise signing.BadSignature
        arguments, *place = _signer().unsign_object(token)
    except signing.BadSignature:
        raise OaiError("badResumptionToken", "This token was not made here, or is incomplete.") from None
    if arguments["verb"] != verb:
        raise OaiError("badResumptionToken", f"This token is of {arguments['verb']}.")
    return arguments, _Place(*place)


def _signer() -> signing.Signer:
    return signing.Signer(salt="broadsheet.oai")


def _element(name: str) -> etree._Element:
    return etree.Element(etree.QName(NAMESPACE, name))


def _record(given: Item, form: Format, house: House) -> etree._Element:
    element = _element("record")
    element.append(_header(given, house))
    if given.paper:
        metadata = etree.SubElement(element, etree.QName(NAMESPACE, "metadata"))
        metadata.append(form.write(given.paper, house.address + present.paper_path(given.paper.paper_id)))
    return element


def _header(given: Item, house: House) -> etree._Element:
    element = _element("header")
    if given.paper is None:
        element.set("status", "deleted")
    put(element, "identifier", house.identifier(given.key))
    put(element, "datestamp", _second(given.at))
    for category in given.categories:
        put(element, "setSpec", _set_of(category))
    return element


def _second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
