"""Prepare Flickr8k: 8,000 photographs, five captions each."""

from pathlib import Path

from data_prep.corpus import Corpus, describe_input
from data_prep.karpathy import CaptionFile, read_karpathy
from data_prep.lines import MALFORMED, UNDECODABLE, Line, read_lines
from data_prep.options import command_line, make_caption_parser, settings_of
from data_prep.pipeline import prepare
from seq2seq.errors import UserError, run_command
from seq2seq.files import open_lines

CAPTIONS = "Flickr8k.token.txt"
LISTS = {split: f"Flickr_8k.{split}Images.txt" for split in ("train", "dev", "test")}
IMAGE_FOLDERS = ("images", "Images", "Flicker8k_Dataset", "Flickr8k_Dataset")  # the second one is no slip of ours
TEXT_FOLDERS = (".", "Flickr8k_text")
NO_SPLIT = "picture in no split"

DESCRIPTION = f"""\
Prepare Flickr8k: 8,000 photographs with five English captions each, in the official splits of 6,000, 1,000 and 1,000.

FOLDER holds the official files: the pictures in {", ".join(IMAGE_FOLDERS[:3])}; {CAPTIONS} and the
lists Flickr_8k.{{train,dev,test}}Images.txt beside them or in {TEXT_FOLDERS[1]}. A list that is not there leaves its
split out. With --karpathy the captions and the splits come from Karpathy's dataset_flickr8k.json instead.

Every picture is read once. What is missing, broken, truncated or over-large is left out, counted and named; so is a
training picture whose very file is also in dev or test.

(Kaggle's edition has no splits: rename its captions.txt to captions.csv and use data_prep.captions with --header.)

examples:
  python -m data_prep.flickr8k flickr8k --output prepared/flickr8k
  python -m data_prep.flickr8k flickr8k --karpathy dataset_flickr8k.json --output prepared/flickr8k
  python -m data_prep.flickr8k flickr8k --tokenizer unigram --as-written --output prepared/flickr8k
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    parser = make_caption_parser("flickr8k", DESCRIPTION)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the official files")
    parser.add_argument("--images", type=Path, metavar="DIR", help="the pictures, where they are not in FOLDER")
    parser.add_argument("--karpathy", type=Path, metavar="JSON", help="captions and splits from this file")
    arguments = parser.parse_args()
    settings = settings_of(arguments)
    images = arguments.images or _find(arguments.folder, (".",), IMAGE_FOLDERS, "--images says where the pictures are")
    if not images.is_dir():
        raise UserError(f"--images {images}: no such folder")
    if arguments.karpathy:
        files = [arguments.karpathy]
        captions = read_karpathy(arguments.karpathy, "flickr8k")
    else:
        tokens = _find(arguments.folder, TEXT_FOLDERS, (CAPTIONS,), "it is part of Flickr8k_text.zip")
        lists = {split: tokens.with_name(name) for split, name in LISTS.items() if tokens.with_name(name).exists()}
        files = [tokens, *lists.values()]
        captions = read_official(tokens, lists)
    corpus = Corpus(
        name="flickr8k",
        languages=("en",),
        licence="research and education only; the photographs belong to their authors",
        attribution="Hodosh, Young and Hockenmaier (2013), Framing Image Description as a Ranking Task, JAIR 47",
        command=command_line("flickr8k"),
        inputs=[describe_input(file) for file in files],
        lines=captions.lines,
        images=images,
        listed_images=captions.images,
    )
    prepare(corpus, settings)


def read_official(captions: Path, lists: dict[str, Path]) -> CaptionFile:
    """Read the captions ("name#number TAB caption") and deal them to the splits in whose lists their pictures are.

    The captions of pictures in no list come with "train", each with that problem.

    Raises:
        UserError: a file that is not there, no train list, or a picture in two lists (file and line named).
    """
    if "train" not in lists:
        raise UserError(f"{captions.with_name(LISTS['train'])}: no such file")
    split_of: dict[str, str] = {}
    for split, path in lists.items():
        for number, line in open_lines(path):
            name = (line or "").strip()
            if name and split_of.setdefault(name, split) != split:
                raise UserError(f"{path}, line {number}: {name} is also in {lists[split_of[name]].name}")
    found = CaptionFile({split: [] for split in lists}, list(split_of))
    for number, line in read_lines(captions):
        place, _, caption = (line or "").partition("\t")
        name = place.rpartition("#")[0]
        problem = UNDECODABLE if line is None else MALFORMED if not name else None
        if problem:
            found.lines["train"].append(Line(captions.name, number, problem=problem))
            continue
        here = split_of.get(name)
        problem = None if here else NO_SPLIT
        found.lines[here or "train"].append(Line(captions.name, number, (name, caption), problem))
    return found


def _find(folder: Path, parents: tuple[str, ...], names: tuple[str, ...], advice: str) -> Path:
    """The first of the paths that is there."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder")
    for parent in parents:
        for name in names:
            if (folder / parent / name).exists():
                return folder / parent / name
    raise UserError(f"{folder}: holds no {' or '.join(names)}; {advice}")


if __name__ == "__main__":
    run_command(main)
