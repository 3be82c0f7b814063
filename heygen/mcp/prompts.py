"""Prompts: the everyday jobs, step by step, with the tools that each needs."""

from __future__ import annotations

from heygen.core.record import Record
from heygen.mcp.messages import INVALID_PARAMS, ProtocolError, object_param, text_param

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LAST = (
    "If the answer has a notice that the job continues, call wait with its resource and id until it has finished: starting "
    "it again would cost credits twice. If it is an error, correct what it names and call again. At the end, tell me "
    "{what}, and offer to save it with download."
)


class Argument(Record):
    """An argument of a prompt. `default` stands in the text where it is not given; None makes it required."""

    name: str
    description: str
    default: str | None = None


class Prompt(Record):
    """A prompt: its text has the arguments in braces."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    text: str


PROMPTS = {
    each.name: each
    for each in (
        Prompt(
            name="make_video",
            title="Make a video from an idea",
            description="Have the Video Agent write, cast and render a video from a prompt.",
            arguments=(
                Argument(name="idea", description="What the video is about, for whom, and how long it should be."),
                Argument(name="orientation", description="landscape or portrait.", default="whichever suits it"),
            ),
            text=(
                "Make a video with HeyGen about this: {idea}\n\nOrientation: {orientation}.\n\n"
                "1. Write one clear prompt out of it: topic, audience, tone, length, what has to be said.\n"
                "2. Call video_agent_create with that prompt.\n"
                "3. " + _LAST.format(what="the title, the length and the video_url")
            ),
        ),
        Prompt(
            name="avatar_video",
            title="Have an avatar speak a script",
            description="Make a video in which an avatar speaks a text word for word.",
            arguments=(
                Argument(name="script", description="What is to be said, word for word."),
                Argument(name="avatar", description="ID of an avatar look.", default="one that suits it, from avatar_looks_list"),
                Argument(
                    name="voice", description="ID of a voice.", default="the avatar's own, or one from model_audio_voices_list"
                ),
                Argument(name="aspect_ratio", description="Such as 16:9 or 9:16.", default="16:9"),
            ),
            text=(
                "Make a HeyGen video in which an avatar says this, word for word:\n\n{script}\n\nAvatar: {avatar}. Voice: "
                "{voice}. Aspect ratio: {aspect_ratio}.\n\n"
                "1. Where no ID is given, look for one, and tell me which you take.\n"
                '2. Call video_create with "type": "avatar", avatar_id, voice_id if there is one, script and aspect_ratio.\n'
                "3. " + _LAST.format(what="the length and the video_url")
            ),
        ),
        Prompt(
            name="translate_video",
            title="Translate a video",
            description="Translate a video into other languages, with the voice cloned and the lips in time.",
            arguments=(
                Argument(name="video", description="ID of a HeyGen video, a URL, or the path of a file on this computer."),
                Argument(name="languages", description="Names of languages, separated by commas."),
            ),
            text=(
                "Translate this video with HeyGen: {video}\n\nInto: {languages}.\n\n"
                "1. Check the names of the languages with video_translate_languages_list.\n"
                "2. For a file of this computer, call upload first; for a HeyGen video, take video_url from video_get.\n"
                "3. Call video_translate_create with the video and all languages at once.\n"
                "4. " + _LAST.format(what="the video_url for each language")
            ),
        ),
        Prompt(
            name="lipsync_video",
            title="Give a video a new sound track",
            description="Replace what is said in a video, and have the lips follow.",
            arguments=(
                Argument(name="video", description="ID of a HeyGen video, a URL, or the path of a file on this computer."),
                Argument(name="audio", description="URL or path of the new audio, or the words to be spoken."),
            ),
            text=(
                "Have the lips in this video follow new audio, with HeyGen: {video}\n\nAudio: {audio}\n\n"
                "1. For words, make the audio with model_audio_tts_create, in a voice from model_audio_voices_list.\n"
                "2. For files of this computer, call upload first; for a HeyGen video, take video_url from video_get.\n"
                "3. Call lipsync_create with the video and the audio.\n"
                "4. " + _LAST.format(what="the video_url")
            ),
        ),
    )
}


def listed() -> list[dict[str, Any]]:
    """Return the prompts as prompts/list has them."""
    return [
        {
            "name": prompt.name,
            "title": prompt.title,
            "description": prompt.description,
            "arguments": [
                {"name": each.name, "description": each.description, "required": each.default is None}
                for each in prompt.arguments
            ],
        }
        for prompt in PROMPTS.values()
    ]


def get(params: dict[str, Any]) -> dict[str, Any]:
    """Return the result of prompts/get. Raises ProtocolError."""
    prompt = PROMPTS.get(text_param(params, "name"))
    if prompt is None:
        raise ProtocolError(INVALID_PARAMS, f"there is no prompt {params['name']}; there are: {', '.join(PROMPTS)}")
    given = object_param(params, "arguments")
    values = {}
    for argument in prompt.arguments:
        value = given.get(argument.name) or argument.default
        if not isinstance(value, str):
            raise ProtocolError(INVALID_PARAMS, f"the prompt {prompt.name} needs the argument {argument.name}, which is a string")
        values[argument.name] = value
    message = {"role": "user", "content": {"type": "text", "text": prompt.text.format(**values)}}
    return {"description": prompt.description, "messages": [message]}
