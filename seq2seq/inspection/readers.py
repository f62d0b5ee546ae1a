"""How a model of each task is made to read, and what is looked at in its last position."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from seq2seq.context import Context
from seq2seq.data.captions import PICTURE_LENGTH
from seq2seq.data.clips import read_clip
from seq2seq.data.dates import finite_number
from seq2seq.data.images import load_image
from seq2seq.data.prepared import CAPTIONS, CLASSIFICATION, FORECASTING, FRAMES, TAGGING, TEXT, TRANSLATION
from seq2seq.data.series import transform
from seq2seq.data.tokenizer import BOS_ID, EOS_ID, PAD_ID
from seq2seq.data.tokens import CHARACTERS, TokenReader
from seq2seq.encoders.centres import move
from seq2seq.errors import UserError
from seq2seq.folder import LoadedModel
from seq2seq.inference.forecaster import Forecaster
from seq2seq.inspection.beside import check_positions
from seq2seq.inspection.look import Attention, Look, Score, choice, look_at
from seq2seq.inspection.watch import watching
from seq2seq.models.language_model import nothing_read
from seq2seq.models.tagger import bio_constraint
from seq2seq.search import SearchOptions, search

PICTURES = {CAPTIONS, FRAMES}
"""Tasks whose inputs are pictures, named by their paths."""

Target = tuple[str, ...] | None
"""`Score.target` of the model that another is compared with; None where a model says what it finds best."""


def inspect(loaded: LoadedModel, given: str, first: Look | None = None) -> Look:
    """What is seen of a model while it reads an input.

    Args:
        loaded: the model, in float32 on the CPU.
        given: a text, for a forecaster its numbers; or for the tasks of `PICTURES` the path of a picture.
        first: what is seen of another model on this input, which this one is to be compared with: it is made to say
            what that one said, and looked at in the same place.

    Raises:
        UserError: a model that nothing is known of, an input without anything that the model could read, or that it
            cannot be compared on.
    """
    if loaded.task not in READERS:
        raise UserError(f"inspect: cannot make a model for {loaded.task} read; it can those for {', '.join(READERS)}")
    look = READERS[loaded.task](loaded, given, None if first is None else first.score.target)
    if not look.layers:
        raise UserError("the model has no recurrent layer, so there is nothing to look at")
    if not (math.isfinite(look.score.loss) and all(layer.gradient.isfinite().all() for layer in look.layers)):
        raise UserError(f"{given!r:.60}: the model's loss or gradients there are no finite numbers; it may be damaged")
    if first is not None and loaded.task != FORECASTING:  # whose positions are steps back in time, whatever its window
        check_positions(look, first, by_words=loaded.task != FRAMES)
    return look


def _translator(loaded: LoadedModel, text: str, target: Target) -> Look:
    assert loaded.source is not None
    tokenizer = loaded.source.tokenizer
    ids = [*_ids(loaded, "source", text), EOS_ID]
    tokens, lengths = torch.tensor([ids]), torch.tensor([len(ids)])
    source = tokenizer.pieces(ids)
    return _writer(loaded, text, lambda: loaded.model.encode(tokens, lengths), len(ids) - 1, source, target)


def _captioner(loaded: LoadedModel, picture: str, target: Target) -> Look:
    eye = loaded.model.encoder.transform
    square = eye.square(load_image(picture, eye.enough))
    pixels, lengths = eye.normalise(square[None]), torch.tensor([PICTURE_LENGTH])
    return _writer(loaded, picture, lambda: loaded.model.encode(pixels, lengths), PICTURE_LENGTH, (), target)


def _writer(
    loaded: LoadedModel,
    given: str,
    encode: Callable[[], Context],
    length: int,
    source: Sequence[str],
    target: Target,
) -> Look:
    """A model that writes: what it does while it is taught a target, its own greedy output where none is given."""
    model, tokenizer = loaded.model, loaded.target.tokenizer
    if target is None:
        with torch.no_grad():
            options = SearchOptions(method="greedy")
            best = search(model, encode(), source_lengths=[length], options=options, indices=[0])[0][0]
        written = [*best.tokens, *([EOS_ID] if best.finished else [])] or [EOS_ID]
    else:
        written = [_known(piece, tokenizer.pieces(range(len(tokenizer))), "piece") for piece in target]
    read = [BOS_ID, *written[:-1]]
    with torch.enable_grad(), watching(model) as traces:
        context = encode()
        features, weights, _ = model.decoder.read(torch.tensor([read]), model.start(context))
        pieces, goals = tokenizer.pieces(read), tokenizer.pieces(written)
        score = choice(model.decoder.output(features[0, -1]), written[-1], f"{goals[-1]!r} after {pieces[-1]!r}", goals)
        return look_at(
            traces,
            score,
            given,
            tokenizer.decode(written),
            {"encoder": source, "decoder": pieces},
            None if weights is None else _attention(loaded, goals, source, weights[0].detach(), context.grid),
            direct=() if weights is None else ("encoder",),
        )


def _attention(
    loaded: LoadedModel, rows: Sequence[str], source: Sequence[str], weights: Tensor, grid: tuple[int, int] | None
) -> Attention:
    """Of a model that writes: (T, S) weights of its words at those of the source or, without any, at a picture."""
    if grid is None:
        cells = tuple(source) or tuple(str(cell) for cell in range(1, weights.shape[1] + 1))
        return Attention(tuple(rows), cells, weights)
    encoder = loaded.model.encoder
    cells = tuple(str(cell) for cell in range(1, weights.shape[1] + 1))
    looked = move(weights.unflatten(1, grid), encoder.backbone.cell_shift)
    return Attention(tuple(rows), cells, weights, grid, looked, encoder.transform)


def _language_model(loaded: LoadedModel, text: str, target: Target) -> Look:
    """A language model: what it does while it reads the text; the score is that of the text's last piece.

    Raises:
        UserError: a text without words, or a last piece that is not the target.
    """
    model, tokenizer = loaded.model, loaded.target.tokenizer
    lines = [tokenizer.encode(line) for line in text.splitlines()]
    written = [index for ids in lines for index in (EOS_ID, *ids)][1:]
    if not any(lines):
        raise _nothing(text)
    read = [EOS_ID, *written[:-1]]  # running text: a line end stands before its first word
    with torch.enable_grad(), watching(model) as traces:
        features, _, _ = model.decoder.read(torch.tensor([read]), nothing_read(model, 1, torch.device("cpu")))
        logits = model.decoder.output(features[0, -1])
        pieces, goals = tokenizer.pieces(read), tokenizer.pieces(written)
        if target not in (None, (goals[-1],)):
            raise UserError(
                f"its last piece of {text!r:.60} is {goals[-1]!r}, that of the first model {target[-1]!r}; compare "
                "models with one vocabulary"
            )
        likeliest = tokenizer.pieces([int(logits.argmax())])[0]
        return look_at(
            traces,
            choice(logits, written[-1], f"{goals[-1]!r} after {pieces[-1]!r}", goals[-1:]),
            text,
            f"likeliest in place of {goals[-1]!r}: {likeliest!r}",
            {"decoder": pieces},
        )


def _classifier(loaded: LoadedModel, text: str, target: Target) -> Look:
    """A classifier: the score is that of the label that it finds likeliest."""
    assert loaded.source is not None
    ids = [*_ids(loaded, "source", text), EOS_ID]
    tokens, lengths = torch.tensor([ids]), torch.tensor([len(ids)])
    pieces = loaded.source.tokenizer.pieces(ids)
    with torch.enable_grad(), watching(loaded.model) as traces:
        logits, weights = loaded.model.read(tokens, lengths)
        likeliest = int(logits.argmax())
        label = likeliest if target is None else _known(target[-1], loaded.labels, "label")
        attention = None
        if weights is not None:
            attention = Attention((loaded.labels[likeliest],), tuple(pieces), weights.detach())
        probability = logits[0].softmax(0)[likeliest].item()
        return look_at(
            traces,
            choice(logits[0], label, f"the label {loaded.labels[label]!r}", (loaded.labels[label],)),
            text,
            f"{loaded.labels[likeliest]} ({probability:.0%})",
            {"encoder": pieces},
            attention,
            direct=() if loaded.model.pooling == "last" else ("encoder",),
        )


def _tagger(loaded: LoadedModel, text: str, target: Target) -> Look:
    """A tagger: the score is that of the last token's label, of the scores alone that the net gives it.

    Of the characters that it reads, those of the last token are looked at.
    """
    assert loaded.source is not None
    tokens = text.split()
    if not tokens:
        raise _nothing(text)
    spelling = loaded.sides[CHARACTERS].tokenizer
    batch = TokenReader(loaded.source.tokenizer, spelling).read([tokens])
    last = int(batch.rows[0, -1])
    letters = spelling.pieces([index for index in batch.characters[last].tolist() if index != PAD_ID])
    with torch.enable_grad(), watching(loaded.model) as traces:
        scores = loaded.model(batch)
        labels = loaded.model.decode(scores.detach(), batch.mask, bio_constraint(loaded.labels))[0].tolist()
        tags = [loaded.labels[label] for label in labels]
        goal = labels[-1] if target is None else _known(target[-1], loaded.labels, "label")
        name = loaded.labels[goal]
        return look_at(
            traces,
            choice(scores[0, -1], goal, f"{name} for {tokens[-1]!r}", (name,)),
            text,
            " ".join(tags),
            {"encoder": tokens, "encoder.characters": letters},
            rows={"encoder.characters": last},
            reads={"encoder.characters": f"the characters of {tokens[-1]!r}"},
        )


def _frames(loaded: LoadedModel, clip: str, target: Target) -> Look:
    """A tagger of frames: the score is that of the last frame's label, the likeliest one."""
    model, eye = loaded.model, loaded.model.encoder.transform
    frames = read_clip(clip, eye)
    with torch.enable_grad(), watching(model) as traces:
        scores = model(eye.normalise(frames), torch.tensor([len(frames)]))
        labels = scores.argmax(1).tolist()
        told = [loaded.labels[label] for label in labels]
        goal = labels[-1] if target is None else _known(target[-1], loaded.labels, "label")
        name = loaded.labels[goal]
        return look_at(
            traces,
            choice(scores[-1], goal, f"{name} for the last frame", (name,)),
            clip,
            " ".join(told),
            {"recurrent": [f"{number} {label}" for number, label in enumerate(told, start=1)]},
            reads={"recurrent": "the frames, and what each is taken for"},
        )


def _forecaster(loaded: LoadedModel, text: str, target: Target) -> Look:
    """A forecaster: the score is what it foresees in place of the last number, from the window before it.

    Raises:
        UserError: other than enough numbers that it can read, or a target that is another transformation than its own.
    """
    model = loaded.model
    facts = Forecaster([loaded], torch.device("cpu"), torch.float32).facts
    if target not in (None, (facts.transformation,)):
        raise UserError(
            f"its transformation of the values is {facts.transformation!r}, that of the first model {target[-1]!r}; "
            "compare models of one transformation"
        )
    words = text.replace(",", " ").split()
    try:
        numbers = [_finite(word) for word in words or [""]]
        values = torch.tensor(transform(numbers, facts.transformation))
    except ValueError as error:
        raise UserError(
            f"{text!r:.60}: no series of numbers ({error}); give numbers with spaces between them"
        ) from None
    if len(values) <= model.window:
        least = model.window + 1 + len(words) - len(values)
        raise UserError(f"{text!r:.60}: {len(words)} numbers, but the model needs {least} or more to be looked at")
    window, last = values[-model.window - 1 : -1], values[-1:]
    if not values[-model.window - 1 :].isfinite().all():
        raise UserError(f"{text!r:.60}: numbers too large for the model, which computes in float32; give smaller ones")
    with torch.enable_grad(), watching(model) as traces:
        prediction = model(window[None])
        score = Score(
            prediction.mean.sum(),
            f"forecast in place of {words[-1]}",
            prediction.nll(last).sum().item(),
            f"the last number, {words[-1]}",
            (facts.transformation,),
        )
        return look_at(
            traces,
            score,
            text,
            f"foreseen in place of {last.item():.4g}: {prediction.mean.item():.4g}",
            {"net": [str(step) for step in range(-model.window, 0)]},
            reads={"net": "steps before the number that is foreseen"},
        )


def _finite(word: str) -> float:
    """The number that a word is.

    Raises:
        ValueError: it is none, or not a finite one.
    """
    number = finite_number(word)
    if number is None:
        raise ValueError(f"{word!r} is no finite number")
    return number


def _ids(loaded: LoadedModel, side: str, text: str) -> list[int]:
    """The ids of a text's pieces, one at least.

    Raises:
        UserError: it has no words.
    """
    ids = loaded.sides[side].tokenizer.encode(text)
    if not ids:
        raise _nothing(text)
    return ids


def _nothing(text: str) -> UserError:
    return UserError(f"{text!r}: has no words to look at; give a text with some")


def _known(word: str, known: Sequence[str], what: str) -> int:
    """The number of what the first model said among those that this one can say.

    Raises:
        UserError: it is none of them.
    """
    if word not in known:
        raise UserError(f"it cannot say what the first model says: it has no {what} {word!r}")
    return known.index(word)


READERS: dict[str, Callable[[LoadedModel, str, Target], Look]] = {
    TRANSLATION: _translator,
    CAPTIONS: _captioner,
    TEXT: _language_model,
    CLASSIFICATION: _classifier,
    TAGGING: _tagger,
    FRAMES: _frames,
    FORECASTING: _forecaster,
}
"""What looks at a model, by its task, while it reads an input and says a target, where one is given."""
