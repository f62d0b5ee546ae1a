"""matplotlib's SVG made part of a page: coloured by the page's style sheet, without styles and scripts of its own."""

import io
import re
from xml.etree import ElementTree

import matplotlib
from matplotlib.figure import Figure

# Colours that stand for classes of the style sheet, which knows light, dark and print.
INK, MUTED, GRID, SURFACE = "#010101", "#020202", "#030303", "#040404"
_CLASSES = {INK: "ink", MUTED: "muted", GRID: "grid", SURFACE: "surface"}
POINT = "point:"  # begins the gid of what tells its value when it is pointed at

_KEPT = {"opacity", "stroke-width", "stroke-linecap", "stroke-linejoin", "stroke-dasharray", "stroke-dashoffset"}
_KEPT |= {"text-anchor", "fill-opacity", "stroke-opacity", "font-size", "font-weight"}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def series_colour(index: int) -> str:
    """The colour that stands for that of the series of that number, from 1."""
    return f"#0500{index:02x}"


def tint_colour(index: int) -> str:
    """The colour that stands for a light tint of it."""
    return f"#0600{index:02x}"


def plain(text: str) -> str:
    """The text without what XML does not allow."""
    return _CONTROL.sub(" ", text)


def to_svg(figure: Figure, label: str, key: str) -> str:
    """The figure as an `<svg>` element for a page.

    Args:
        figure: drawn in the colours above and those of `series_colour`.
        label: what a screen reader says of it.
        key: its name, other than those of all other figures of the page.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key}):
        figure.savefig(buffer, format="svg", transparent=True)
    root = ElementTree.fromstring(buffer.getvalue())
    used = set(re.findall(r"#([\w-]+)", " ".join(value for item in root.iter() for value in item.attrib.values())))
    _clean(root, used)
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib |= {"class": "chart", "viewBox": box, "role": "img", "aria-label": plain(label)}
    return re.sub(r"\s*\n\s*", " ", ElementTree.tostring(root, encoding="unicode"))


def _clean(item: ElementTree.Element, used: set[str]) -> None:
    item.tag = item.tag.rpartition("}")[2]
    for child in list(item):
        if child.tag.rpartition("}")[2] in ("metadata", "style"):
            item.remove(child)
        else:
            _clean(child, used)
    name = item.attrib.pop("id", "")
    if name in used:
        item.set("id", name)
    elif name.startswith(POINT):
        item.set("class", "point")
        title = ElementTree.Element("title")
        title.text = name.removeprefix(POINT)
        item.insert(0, title)
    for attribute in [attribute for attribute in item.attrib if attribute.startswith("{")]:
        item.set(attribute.rpartition("}")[2], item.attrib.pop(attribute))  # xlink:href is href by now
    for attribute in ("d", "x", "y", "points", "transform"):
        if attribute in item.attrib:
            item.set(attribute, re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.5g}", item.attrib[attribute]))
    _style(item)


def _style(item: ElementTree.Element) -> None:
    """Turn a style attribute, which the page's security policy forbids, into attributes and classes."""
    classes = item.get("class", "").split()
    for rule in filter(None, map(str.strip, item.attrib.pop("style", "").split(";"))):
        name, _, value = (part.strip() for part in rule.partition(":"))
        if name in ("fill", "stroke"):
            series = {"#0500": "s", "#0600": "t"}.get(value[:5])
            colour = _CLASSES.get(value) or (f"{series}{int(value[5:], 16)}" if series else None)
            if colour is None:
                item.set(name, value)
            else:
                classes.append(f"{name}-{colour}")
        elif name == "font":  # matplotlib before 3.10: "bold 12px 'DejaVu Sans', ..."
            item.set("font-size", re.search(r"[\d.]+px", value)[0])  # type: ignore[index]
        elif name in _KEPT:
            item.set(name, value)
    if classes:
        item.set("class", " ".join(classes))
