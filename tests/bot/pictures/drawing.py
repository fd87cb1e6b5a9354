"""Draws what borrowers send: chats, advertisements, caller screens and QR codes, with a real Chinese font."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_SIMPLIFIED = 2
WIDTH, HEIGHT = 1080, 2340
_MARGIN, _PADDING = 150, 22


def font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size, index=_SIMPLIFIED)


def wrapped(text: str, size: int, width: float) -> list[str]:
    """The rows of a text as a phone breaks them: anywhere."""
    rows = [""]
    for sign in text:
        if font(size).getlength(rows[-1] + sign) > width:
            rows.append("")
        rows[-1] += sign
    return rows


def chat(
    said: Sequence[tuple[str, str]],
    *,
    title: str = "专业债务顾问王经理",
    dark: bool = False,
    height: int = HEIGHT,
    size: int = 44,
) -> Image.Image:
    """A screenshot of a chat; ``said`` has ("left" or "right", text) from above."""
    ground, ink = ((17, 17, 17), (230, 230, 230)) if dark else ((237, 237, 237), (25, 25, 25))
    theirs, own = ((44, 44, 44), (38, 138, 70)) if dark else ((255, 255, 255), (149, 236, 105))
    picture = Image.new("RGB", (WIDTH, height), ground)
    draw = ImageDraw.Draw(picture)
    draw.text((60, 22), "21:37", font=font(36), fill=ink)
    draw.text((910, 22), "5G 87%", font=font(36), fill=ink)
    draw.text((WIDTH / 2, 130), title, font=font(46), fill=ink, anchor="mm")
    draw.text((WIDTH / 2, 235), "昨天 20:15", font=font(32), fill=(150, 150, 150), anchor="mm")
    top = 290
    for side, text in said:
        rows = wrapped(text, size, WIDTH - 2 * _MARGIN - 2 * _PADDING - 80)
        wide = max(font(size).getlength(row) for row in rows) + 2 * _PADDING
        high = len(rows) * size * 1.4 + 2 * _PADDING
        left = _MARGIN if side == "left" else WIDTH - _MARGIN - wide
        fill = theirs if side == "left" else own
        draw.rounded_rectangle((left, top, left + wide, top + high), 14, fill=fill)
        face = 30 if side == "left" else WIDTH - 120
        draw.rectangle((face, top, face + 90, top + 90), fill=(120, 160, 200))
        for index, row in enumerate(rows):
            place = (left + _PADDING, top + _PADDING + index * size * 1.4)
            draw.text(place, row, font=font(size), fill=ink)
        top += int(high) + 46
    return picture


def advertisement(rows: Sequence[str]) -> Image.Image:
    """A poster: the first row as its headline, white and yellow on red."""
    picture = Image.new("RGB", (1000, 1400), (196, 30, 36))
    draw = ImageDraw.Draw(picture)
    for index, row in enumerate(rows):
        size = 84 if index == 0 else 52
        fill = (255, 225, 90) if index == 0 else (255, 255, 255)
        draw.text((500, 160 + index * 130), row, font=font(size), fill=fill, anchor="mm")
    return picture


def note(*rows: str) -> Image.Image:
    """A few words, black on white: read in a moment."""
    picture = Image.new("RGB", (760, 400), "white")
    draw = ImageDraw.Draw(picture)
    for index, row in enumerate(rows):
        draw.text((60, 60 + index * 130), row, font=font(60), fill="black")
    return picture


def caller_screen(number: str, label: str) -> Image.Image:
    """The screen of an incoming call."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), (28, 36, 52))
    draw = ImageDraw.Draw(picture)
    draw.text((60, 22), "09:05", font=font(36), fill="white")
    draw.text((540, 420), number, font=font(88), fill="white", anchor="mm")
    draw.text((540, 540), label, font=font(46), fill=(200, 200, 200), anchor="mm")
    draw.text((540, 2060), "拒绝     接听", font=font(46), fill="white", anchor="mm")
    return picture


def with_code(picture: Image.Image, content: str, side: int = 420) -> Image.Image:
    """The picture with a QR code on a white ground in its lower middle."""
    code: Any = cv2.QRCodeEncoder.create().encode(content)
    code = cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
    framed = cv2.copyMakeBorder(code, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    picture = picture.copy()
    left, top = (picture.width - framed.shape[1]) // 2, picture.height - framed.shape[0] - 60
    picture.paste(Image.fromarray(framed).convert("RGB"), (left, top))
    return picture


def photographed(picture: Image.Image, degrees: float = 4, seed: int = 7) -> Image.Image:
    """The picture as another phone's camera has it: tilted, grainy and less sharp."""
    tilted = picture.rotate(degrees, expand=True, fillcolor=(70, 62, 55), resample=Image.BICUBIC)
    grain = np.random.default_rng(seed).normal(0, 9, (*tilted.size[::-1], 3))
    noisy = np.clip(np.asarray(tilted, dtype=np.float64) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(cv2.GaussianBlur(noisy, (3, 3), 0))


def encoded(picture: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The file."""
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()
