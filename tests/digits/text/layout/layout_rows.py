"""Rows of digits with what stands before, behind and between them: counters, quotes, backslashes, prefixes, pages."""

from tests.digits.text.layout import layout_parts as parts


def arranged(draft, mode, rows, grouped, end, known, natural):
    """Rows with what stands at their beginnings and ends."""
    rng = draft.rng
    draft.hard |= mode in ("before", "behind", "prefix") and not natural
    fields = list(_fields(rows))
    match mode:
        case "before":
            bare = len(rows) > 2 and known and rng.randrange(3) == 0
            form = draft.pick(parts.BARE_COUNTERS_BEFORE if bare else parts.COUNTERS_BEFORE)[1]
            draft.notes.add("counters" if len(rows) > 1 else "maybe counters")
            return end.join(form.format(**at) + row for at, row in zip(fields, grouped, strict=True))
        case "behind":
            form = draft.pick(parts.COUNTERS_BEHIND, parts.HARD_COUNTERS_BEHIND)[1]
            every = rng.choice([1, 1, 2, 5, 10])
            if len(grouped) > 1 and rng.randrange(3) == 0:
                grouped[-1] = grouped[-1].ljust(len(grouped[1]) if len(grouped) > 2 else 0)
            draft.notes.add("counters" if len(rows) > 1 and len(rows) >= every else "maybe counters")
            return end.join(
                row + form.format(**at) if at["i"] % every == 0 else row
                for at, row in zip(fields, grouped, strict=True)
            )
        case "quoted":
            opening, closing = draft.pick(parts.QUOTED)[1]
            draft.notes.add("quotes")
            return ("\n" + opening).join(["", *(row + closing for row in grouped)]).removesuffix(closing[1:])
        case "backslash":
            draft.shapes.append("backslashes")
            draft.notes.add("backslashes")
            return rng.choice(["\\\n", "\\\n", " \\\n", "\\\n\t"]).join(grouped)
        case "prefix":
            prefix = draft.pick(parts.PREFIXES, parts.HARD_PREFIXES)[1]
            draft.notes.add("prefixes")
            return end.join(prefix + row for row in grouped)
        case "tags" if draft.chance(3):
            draft.shapes.append("tags around rows")
            draft.notes.add("words")
            draft.hard = True
            return "\n".join(f'<td class="c{at["i"]}">{row}</td>' for at, row in zip(fields, grouped, strict=True))
    if len(rows) >= 6 and rng.randrange(4) == 0:
        draft.hard |= not natural
        return _paged(draft, fields, grouped, end)
    return end.join(grouped)


def _fields(rows):
    before = 0
    for i, row in enumerate(rows, 1):
        to = before + len(row)
        yield {"i": i, "before": before, "from_": before + 1, "to": to, "past": to + 1, "next": to + 1}
        before = to


def _paged(draft, fields, grouped, end):
    """Rows in pages, as in text taken from a PDF."""
    name, form = draft.pick(parts.PAGES)
    if name in parts.TOLD_PAGES:
        draft.notes |= {"counters", "words"}
    per_page = draft.rng.choice([2, 3, 5])
    pages = -(-len(grouped) // per_page)
    draft.hard |= name.startswith("bare") and pages == 2  # one number might be a line of digits
    short = sum(character.isalnum() for character in grouped[-1]) <= 3  # as good as the number of a page
    text, page = "", draft.rng.choice([1, 1, 2, 17])
    for at, row in zip(fields, grouped, strict=True):
        text += row
        if at["i"] == len(grouped):
            break
        if at["i"] % per_page == 0 and not (short and at["i"] == len(grouped) - 1):
            text += form.format(page=page, pages=pages, **at)
            page += 1
        else:
            text += end
    return text
