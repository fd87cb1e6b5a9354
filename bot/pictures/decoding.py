"""From a file to upright pixels; runs only in the processes that read pictures."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from bot.pictures.formats import PILLOW_FORMATS
from bot.pictures.limits import MOST_PIXELS
from bot.pictures.picture import PictureRefusal, Refused

Pixels = NDArray[np.uint8]
"""Rows of pixels in blue, green, red, as OpenCV has them."""

_WIDEST: Final = 1080  # of the shorter side: what phones show, and all that reading needs
_LONGEST_ROW: Final = 4000
_SMALLEST: Final = 16
# Names by which programs that edit pictures sign them. A screenshot of a phone bears none of them.
_EDITORS: Final = (
    "photoshop lightroom gimp snapseed picsart canva meitu pixelmator affinity paint.net facetune "
    "photoroom 美图 醒图 稿定 像素蛋糕"
).split()

Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class Undecodable(Exception):
    """The file is refused."""

    def __init__(self, reason: Refused, detail: str) -> None:
        super().__init__(detail)
        self.refusal = PictureRefusal(reason, detail)


@dataclass(frozen=True)
class Decoded:
    """The first frame of a picture, upright, without its metadata; ``edited`` as in ``PictureText``."""

    pixels: Pixels
    edited: bool


def decode(data: bytes) -> Decoded:
    """Decodes a picture; its size is looked at before its pixels are.

    Raises:
        Undecodable: with the reason, also for files made to break decoders.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=PILLOW_FORMATS) as image:
                return _decoded(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Undecodable(
            Refused.TOO_MANY_PIXELS, f"claims more than {MOST_PIXELS} pixels"
        ) from None
    except MemoryError:
        raise Undecodable(Refused.TOO_MANY_PIXELS, "needs too much memory") from None
    except Undecodable:
        raise
    except Exception as error:
        # Pillow raises whatever its decoders meet in a broken file.
        raise Undecodable(Refused.BROKEN, f"cannot be decoded ({type(error).__name__})") from None


def _decoded(image: Image.Image) -> Decoded:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise Undecodable(Refused.TOO_MANY_PIXELS, f"has {width} x {height} pixels")
    edited = _names_an_editor(image)
    # What is higher than wide is read in parts, what is wider than high is not.
    scale = min(1.0, _WIDEST / min(width, height), _LONGEST_ROW / width)
    size = (round(width * scale), round(height * scale))
    if min(size) < _SMALLEST:
        raise Undecodable(Refused.NO_TEXT, f"has no room for a letter: {width} x {height} pixels")
    if image.format == "JPEG":
        image.draft("RGB", size)
    image.load()
    upright = ImageOps.exif_transpose(image) or image
    if upright.width * upright.height > size[0] * size[1]:
        turned = (upright.width > upright.height) != (size[0] > size[1])
        upright = _flattened(upright).resize(size[::-1] if turned else size, Image.Resampling.BOX)
    rgb = np.asarray(_flattened(upright), dtype=np.uint8)
    return Decoded(np.ascontiguousarray(rgb[:, :, ::-1]), edited)


def _flattened(image: Image.Image) -> Image.Image:
    """The picture on white where it is transparent."""
    if image.mode == "RGB":
        return image
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        coloured = image.convert("RGBA")
        white = Image.new("RGB", coloured.size, "white")
        white.paste(coloured, mask=coloured.getchannel("A"))
        return white
    return image.convert("RGB")


def _names_an_editor(image: Image.Image) -> bool:
    if "photoshop" in image.info:
        return True
    told: list[Any] = [*image.info.values(), *image.getexif().values()]
    words = " ".join(_text(value) for value in told).lower()
    return any(name in words for name in _EDITORS)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value[:4096].decode("utf-8", "ignore")
    return value[:4096] if isinstance(value, str) else ""
