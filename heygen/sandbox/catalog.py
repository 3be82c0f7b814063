"""What every account finds from the start: stock avatars and voices, styles, templates, brand kits, sounds.

Ids follow from the seed; `order` is the index of a thing in its list.
"""

from __future__ import annotations

from heygen.sandbox.clock import iso
from heygen.sandbox.rendering import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, Sequence

    from heygen.sandbox.mint import Mint

# When all of it was made: 2025-06-01 00:00:00 UTC.
MADE_AT = 1_748_736_000

_AVATARS = (
    ("Angela", "female", ("In a blue blazer", "At the desk")),
    ("Marcus", "male", ("In the studio", "On the sofa")),
    ("Priya", "female", ("In a lab coat", "In casual clothes")),
    ("Diego", "male", ("In a grey suit", "Outdoors")),
    ("Hana", "female", ("In a turtleneck", "In the kitchen")),
    ("Tobias", "male", ("In a hoodie", "In front of a whiteboard")),
)
_VOICES = (
    ("Angela, warm", "English", "female"),
    ("Marcus, calm", "English", "male"),
    ("Olivia, bright", "English", "female"),
    ("James, newsreader", "English", "male"),
    ("Lucía, lively", "Spanish", "female"),
    ("Diego, deep", "Spanish", "male"),
    ("Camille, gentle", "French", "female"),
    ("Tobias, clear", "German", "male"),
    ("Priya, friendly", "Hindi", "female"),
    ("Hana, soft", "Japanese", "female"),
    ("Rafael, cheerful", "Portuguese", "male"),
    ("Mei, steady", "Chinese", "female"),
)
_STYLES = (
    ("Newsroom", "16:9", ("cinematic",)),
    ("Paper cut-out", "1:1", ("handmade", "print")),
    ("Night drive", "16:9", ("cinematic", "retro-tech")),
    ("Green terminal", "16:9", ("retro-tech",)),
    ("Comic panels", "9:16", ("pop-culture", "print")),
    ("Brush and ink", "1:1", ("iconic-artist", "handmade")),
    ("Vertical story", "9:16", ("pop-culture",)),
)
_TEMPLATES = (
    ("Weekly update", "16:9", ("headline", "presenter", "picture")),
    ("Product teaser", "9:16", ("headline", "product", "music")),
    ("Welcome on board", "16:9", ("headline", "name", "presenter")),
)
_VARIABLES = {
    "headline": ("text", {"content": "A headline"}),
    "name": ("text", {"content": "A name"}),
    "product": ("text", {"content": "A product"}),
    "presenter": ("character", {"character_id": "", "type": "avatar"}),
    "picture": ("image", {"url": "", "fit": "cover"}),
    "music": ("audio", {"url": ""}),
}
_KITS = (("Main brand", ("#7559FF", "#1B2440", "#FFFFFF")), ("Campaign", ("#FF5733", "#FFC300")))
_GLOSSARIES = (
    ("Product names", (("HeyGen", "hey-jen"),), ("HeyGen",), ()),
    ("Fitness terms", (), (), (("set", "série"),)),
    ("Legal terms", (("Esq.", "esquire"),), (), ()),
)
_LOOK_TEMPLATES = (
    ("template", "At the beach", None, 2),
    ("template", "Boardroom", "female", 2),
    ("template", "Workshop", "male", 2),
    ("look_pack", "Seasons", None, 4),
    ("look_pack", "At work", "female", 6),
)
_SOUNDS = (
    ("music", "Morning light", "Calm piano for an intro, soft and hopeful"),
    ("music", "Forward motion", "Upbeat electronic track for a product launch"),
    ("music", "Quiet focus", "Ambient pads under a voice, slow and unobtrusive"),
    ("music", "City walk", "Relaxed hip-hop beat with a warm bass"),
    ("music", "Open road", "Acoustic guitar, bright and friendly"),
    ("music", "Countdown", "Tense strings that build up to a reveal"),
    ("sound_effects", "Door slam", "Door slamming shut in a large room"),
    ("sound_effects", "Whoosh", "Fast whoosh for a transition between scenes"),
    ("sound_effects", "Keyboard", "Typing on a mechanical keyboard"),
    ("sound_effects", "Applause", "Small audience applauding"),
    ("sound_effects", "Riser", "Riser that swells before a cut"),
    ("sound_effects", "Bell", "Single bell, clear and short"),
)


class Catalog:
    """The presets, made when they are first asked for. `public` returns the link to a path."""

    def __init__(self, mint: Mint, public: Callable[[str], str], seeds: Mapping[str, list[dict[str, Any]]]) -> None:
        self.mint = mint
        self.public = public
        self.seeds = seeds
        self._made: dict[str, list[dict[str, Any]]] = {}

    def presets(self, kind: str) -> list[dict[str, Any]]:
        """Return the presets of a kind, if it has any: those of every account, and then those that were brought in."""
        if kind not in self._made:
            maker = _MAKERS.get(kind)
            made = [dict(each) for each in maker(self)] if maker else []
            for order, each in enumerate(made):
                # An id of its own, unless it has to be known elsewhere.
                each.setdefault("id", self.mint.id(f"preset {kind}", order))
            known = {each["id"] for each in made}
            made += [dict(each) for each in self.seeds.get(kind, ()) if each["id"] not in known]
            for order, each in enumerate(made):
                each["order"] = order
            self._made[kind] = made
        return self._made[kind]


def _picture(catalog: Catalog, name: str) -> str:
    return catalog.public(f"/files/public/{name}.jpg")


def _avatars(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, gender, looks) in enumerate(_AVATARS):
        yield {
            "name": name,
            "gender": gender,
            "created_at": MADE_AT,
            "looks_count": len(looks),
            "default_voice_id": catalog.presets("voice")[index]["id"],
            "preview_image_url": _picture(catalog, f"avatar-{index}"),
            "preview_video_url": catalog.public(f"/files/public/avatar-{index}.mp4"),
        }


def _looks(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for group, (name, gender, looks) in zip(catalog.presets("avatar"), _AVATARS):
        for look in looks:
            yield {
                "name": f"{name}, {look[0].lower()}{look[1:]}",
                "avatar_type": "studio_avatar",
                "group_id": group["id"],
                "gender": gender,
                "tags": [],
                "preferred_orientation": "landscape",
                "image_width": 1920,
                "image_height": 1080,
                "default_voice_id": group["default_voice_id"],
                "supported_api_engines": ["avatar_iv", "avatar_iii"],
                "preview_image_url": group["preview_image_url"],
                "preview_video_url": group["preview_video_url"],
            }


def _voices(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, language, gender) in enumerate(_VOICES):
        yield {
            "name": name,
            "language": language,
            "gender": gender,
            "type": "public",
            # Some voices are of another engine, which the speech operation does not take.
            "engine": "elevenlabs" if index % 4 == 3 else "starfish",
            "support_pause": True,
            "support_locale": language in ("English", "Spanish", "Portuguese"),
            "preview_audio_url": catalog.public(f"/files/public/voice-{index}.wav"),
        }


def _styles(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, ratio, tags) in enumerate(_STYLES):
        yield {
            "style_id": catalog.mint.id("preset style", index),
            "name": name,
            "aspect_ratio": ratio,
            "tags": list(tags),
            "thumbnail_url": _picture(catalog, f"style-{index}"),
            "preview_video_url": catalog.public(f"/files/public/style-{index}.mp4"),
        }


def _templates(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, ratio, variables) in enumerate(_TEMPLATES):
        scenes = [
            {
                "scene_id": catalog.mint.id("scene", f"{index}.{number}")[:16],
                "script": "Hello, and welcome: {{headline}}" if not number else "See you soon.",
                "variables": [
                    {"name": each, "variable_type": _VARIABLES[each][0]} for each in (variables if not number else ())
                ],
            }
            for number in range(2)
        ]
        yield {
            "name": name,
            "aspect_ratio": ratio,
            "created_at": MADE_AT,
            "updated_at": MADE_AT,
            "thumbnail_url": _picture(catalog, f"template-{index}"),
            "scene_ids": [scene["scene_id"] for scene in scenes],
            "scenes": scenes,
            "variables": {
                each: {"name": each, "type": kind, "properties": dict(defaults)}
                for each in variables
                for kind, defaults in [_VARIABLES[each]]
            },
        }


def _kits(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, colors) in enumerate(_KITS):
        yield {
            "brand_kit_id": catalog.mint.id("preset brand kit", index),
            "name": name,
            "colors": list(colors),
            "logo_url": catalog.public(f"/files/public/logo-{index}.png"),
            **_kit_details(catalog, index, colors),
        }


def _kit_details(catalog: Catalog, index: int, colors: Sequence[str]) -> dict[str, Any]:
    """Return what one brand kit shows and a list of them does not."""
    logo, font = (catalog.mint.id(f"preset {kind}", index) for kind in ("logo", "font"))
    return {
        "status": "completed",
        "color_roles": dict(zip(("primary", "secondary", "tertiary"), colors)),
        "logos": [{"logo_id": logo, "name": "Logo", "url": catalog.public(f"/files/public/logo-{index}.png")}],
        "logo_roles": {"primary": logo},
        "fonts": [{"font_id": font, "name": "Inter"}],
        "font_roles": {
            "title_text": {"font_id": font, "weight": 700},
            "body_text": {"font_id": font, "weight": 400},
        },
    }


def _look_templates(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (kind, name, gender, count) in enumerate(_LOOK_TEMPLATES):
        yield {
            "type": kind,
            "name": name,
            "gender": gender,
            "looks_count": count,
            "preview_image_url": _picture(catalog, f"look-template-{index}"),
        }


def _glossaries(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (name, terms, kept, forced) in enumerate(_GLOSSARIES):
        kept_terms = [{"term": term} for term in kept]
        forced_translations = [{"term": term, "translation": translation} for term, translation in forced]
        yield {
            "id": catalog.mint.id("preset glossary", index),
            "brand_glossary_id": catalog.mint.id("preset glossary", index),
            "name": name,
            "terms": [{"term": term, "pronunciation": pronunciation} for term, pronunciation in terms],
            "do_not_translate_terms": kept_terms or ABSENT,
            "forced_translations": forced_translations or ABSENT,
            "created_at": iso(MADE_AT),
            "updated_at": iso(MADE_AT),
        }


def _sounds(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for index, (kind, name, description) in enumerate(_SOUNDS):
        is_effect = kind == "sound_effects"
        yield {
            "type": kind,
            "name": name,
            "description": description,
            "duration": 0.4,
            "placement": "hit" if is_effect else None,
            "peak_offset": 0.1 if is_effect else None,
        }


_MAKERS = {
    "avatar": _avatars,
    "look": _looks,
    "voice": _voices,
    "style": _styles,
    "template": _templates,
    "brand kit": _kits,
    "glossary": _glossaries,
    "look template": _look_templates,
    "sound": _sounds,
}
