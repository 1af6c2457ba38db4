"""What stands on the pages of a PDF, read back from its own tables of letters."""

import io
import re

import pikepdf


def printed_lines(pdf_bytes: bytes) -> list[list[str]]:
    """For each page its pieces of lines, as they were set, from the first to the last."""
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        return [_lines(page) for page in pdf.pages]


def _lines(page: pikepdf.Page) -> list[str]:
    letters = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    found: list[str] = []
    font = ""
    for operands, operator in pikepdf.parse_content_stream(page):
        match str(operator):
            case "Tf":
                font = str(operands[0])
            case "BT":
                found.append("")
            case "Tj":
                found[-1] += _text(bytes(operands[0]), letters[font])
            case "TJ":
                shown = (bytes(item) for item in operands[0] if isinstance(item, pikepdf.String))
                found[-1] += "".join(_text(item, letters[font]) for item in shown)
    return found


def _text(codes: bytes, letters: dict[int, str]) -> str:
    return "".join(letters[int.from_bytes(codes[at : at + 2])] for at in range(0, len(codes), 2))


def _letters(font: pikepdf.Object) -> dict[int, str]:
    """What each code of a font stands for."""
    table = font.ToUnicode.read_bytes().decode()
    found: dict[int, str] = {}
    for body in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w+)>", body):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for body in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", body):
            for code in range(int(first, 16), int(last, 16) + 1):
                found[code] = chr(int(text, 16) + code - int(first, 16))
    return found
