"""What says that there is no answer: a published list of phrases, and of ways to say the same in a sentence.

Case, quotation marks and emphasis do not count. A text that begins by saying that there is no answer abstains, unless
it goes on to give one ("…, but it was Kabul").
"""

from __future__ import annotations

import re

from readmark.text import late

_PLACE = (
    r"(?:the |this |that |its |provided |given |supplied )*(?:article|text|passage|document|report|story|author|source|"
    r"excerpt|context|paragraph|writer|information|material)s?"
)
_NOT = r"(?:does not|doesnt|did not|didnt|do not|dont|never|can ?not|cant|fails to|has not|hasnt|nowhere)"
_SILENCES = (
    "say", "state", "mention", "specify", "give", "tell", "provide", "indicate", "contain", "include", "reveal",
    "disclose",
    "explain", "name", "identify", "answer", "report", "describe", "address", "discuss", "offer", "clarify", "list",
    "record",
    "note", "make clear", "make it clear", "touch on", "cover", "go into", "have", "supply", "elaborate", "detail",
)  # fmt: skip
_SILENT = "|".join(_SILENCES)
_TOLD = (
    "stated|mentioned|specified|given|provided|disclosed|revealed|reported|indicated|answered|said|named|identified|"
    "described|discussed|addressed|explained|recorded|included|listed|supplied"
)
_MATTER = "information|mention|answer|details?|indication|reference|reason|data|evidence|explanation|way|clue|word|hint"

ABSTENTIONS = frozenset(
    {
        "unanswerable", "not answerable", "no answer", "none", "n a", "na", "unknown", "unclear", "not known",
        "i dont know",
        "i do not know", "no idea", "i have no idea", "dont know", "do not know", "not enough information",
        "insufficient information", "no information", "cannot say", "can not say", "cant say", "cannot tell",
        "can not tell",
        "cant tell", "not sure", "im not sure", "i am not sure", "cannot be answered", "cannot be determined",
        "can not be answered", "can not be determined", "cannot answer", "can not answer", "cant answer",
        "undetermined",
        "indeterminable", "not applicable", "not available", "null", "nil", "no answer found", "no answer available",
        "abstain", "i abstain",
    }
    | {f"{it}not {word}{where}" for it in ("", "it is ", "this is ", "its ", "that is ", "it was ")
       for word in _TOLD.split("|")
       for where in ("", *(f" in the {place}" for place in ("article", "text", "passage")))}
)  # fmt: skip

# What may stand before: an apology, a look at the source.
_LEAD = late(
    r"(?:(?:unfortunately|regrettably|sorry|(?:i am|im) (?:sorry|afraid)|apologies|my apologies|well|hm+|sadly|"
    rf"(?:based on|according to|from|in|judging by|given) {_PLACE}(?: (?:alone|provided|given|above))?|that|but|"
    r"after reading (?:it|the article|the text)|as far as i can (?:see|tell)|(?:the |my |final )*answer(?: is)?)"
    r"[,:.]?\s+)+"
)
_EXPLAINED = late(
    r"(?:(?:the |this )?(?:answer|question)(?: to this question)? (?:is|remains) )?"
    r"(?:unanswerable|not answerable|unknown)(?=\s*(?:[.,;:(\n–—-]|$|from|based|in|given))"
    rf"|(?:{_PLACE}|it) {_NOT}(?: \w+ly)? (?:{_SILENT})\b"
    rf"|(?:{_PLACE}|it) (?:gives?|offers?|provides?|contains?|has|makes?|includes?|holds?) "
    rf"(?:no|not enough|insufficient) (?:\w+ )?(?:{_MATTER})\b"
    rf"|(?:{_PLACE}|it) (?:says|states|mentions|tells(?: us)?|reveals) nothing\b"
    rf"|(?:{_PLACE}|it) is silent\b"
    rf"|there (?:is|are|was) (?:no|not (?:any|enough)|insufficient)(?: \w+)? (?:{_MATTER})\b"
    rf"|theres no(?: \w+)? (?:{_MATTER})\b"
    rf"|no(?: \w+)? (?:{_MATTER})(?: to this question)? (?:is|was|are|can be|could be|has been)(?: \w+)? "
    rf"(?:{_TOLD}|found|available)\b"
    rf"|(?:it is |this is |its |that is )?(?:not|never|nowhere)(?: \w+ly)? (?:{_TOLD})"
    r"(?= (?:in|by|anywhere|here|at)\b|\s*(?:[.,;]|$))"
    rf"|(?:[\w-]+ ){{1,14}}(?:is|was|are|were|has|have)(?: \w+ly)? (?:not|never|nowhere)(?: been)?"
    rf"(?: \w+ly)? (?:{_TOLD})"
    rf"(?= (?:in|by|anywhere in) {_PLACE}| anywhere| here|\s*(?:[.;]|$))"
    r"|(?:this|the|that|it|the answer|this question|the question) (?:question )?(?:can ?not|cant|could not) be "
    r"(?:answered|determined|found|known|inferred|established|told|said)\b"
    r"|(?:i|we) (?:can ?not|cant|could not|couldnt|am unable to|do not|dont|am not able to|was unable to|did not|didnt)"
    rf"(?: \w+ly)? (?:find|answer|determine|tell|say|know|see|locate|provide an answer|"
    rf"have (?:enough|any|the) (?:{_MATTER}))\b"
    r"|(?:im|i am) (?:not sure|(?:not able|unable) to (?:find|answer|tell|determine|say))\b"
    r"|(?:it is|its|it is not|its not) (?:impossible|possible|unclear|not clear|not possible|unknown|not known|clear)"
    r"(?= (?:to|from|who|what|when|where|which|how|why|whether)|\s*[.,;]|$)"
    r"|(?:can ?not|cant) be (?:answered|determined|found|known|inferred|established)\b"
    r"|not enough (?:information|context|details?)\b|insufficient (?:information|context|details?)\b"
)
# "The article mentions a dog, but it does not give its name."
_REPORTED = late(
    rf"(?:i have read .{{0,40}}?\. )?(?:{_PLACE}|it) (?:only |just )?"
    r"(?:says|states|mentions|reports|describes|discusses|notes|tells)\b"
    rf"[^.;]{{0,250}}[,;.] ?(?:but|however,?|though|although|it)\s+(?:(?:{_PLACE}|it)\s+)?(?:also\s+)?"
    rf"(?:{_NOT}(?: \w+ly)? (?:{_SILENT})|(?:gives?|offers?|provides?|contains?|has) no)\b[^.;]*\.?$"
)
_BUT = late(r"\b(?:but|however|although|though|yet|probably|likely|perhaps|i think|i guess|my guess|i believe)\b")
_DENIED = late(
    r"\b(?:not|no|nothing|never|without|cannot|cant|n?either|nor|doesnt|didnt|isnt|nowhere|unclear|unknown)\b"
)
LONGEST_ABSTENTION = 400  # characters


def is_abstention(text: str) -> bool:
    """Return whether a text is empty, a published phrase, or begins with one and gives no answer after it.

    Case and punctuation do not count. "But", "probably" and the like announce an answer after all, unless what follows
    denies too ("…, but not which one").
    """
    if len(text) > LONGEST_ABSTENTION:
        return False
    plain = text.casefold().replace("’", "'").replace("can't", "can not").replace("won't", "will not")
    plain = re.sub(r"[\"'“”‘*_`]", "", plain.replace("n't", " not"))  # with its stops, which tell where a phrase ends
    plain = " ".join(plain.split())
    lead = _LEAD.match(plain)
    bodies = {plain, plain[lead.end() :] if lead else plain}
    return any(not _bare(body) or _bare(body) in ABSTENTIONS or _explains(body) for body in bodies)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text).split())


def _explains(body: str) -> bool:
    if _REPORTED.match(body):
        return True
    if _EXPLAINED.match(body) is None:
        return False
    after = [body[match.end() :] for match in _BUT.finditer(body)]
    return all(_DENIED.search(rest) for rest in after)
