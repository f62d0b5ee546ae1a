"""Prepare COCO captions: 120,000 photographs, five captions each."""

from pathlib import Path

from data_prep.corpus import Corpus, describe_input
from data_prep.karpathy import CaptionFile, checked, read_json, read_karpathy
from data_prep.lines import Line
from data_prep.options import command_line, make_caption_parser, settings_of
from data_prep.pipeline import prepare
from seq2seq.errors import UserError, run_command

OFFICIAL = {"train": "train", "dev": "val"}
YEARS = ("2014", "2017")

DESCRIPTION = """\
Prepare the captions of COCO (https://cocodataset.org): photographs with five English captions each.

FOLDER holds the official files as they are unpacked: annotations/captions_train2017.json and captions_val2017.json,
and the pictures in train2017 and val2017 (or 2014, with --year). The official val is dev; COCO publishes no captions
of its test pictures. With --karpathy the captions and the splits come from Karpathy's dataset_coco.json, the splits of
most papers: 113,287 pictures for train ("restval" with "train"), 5,000 for dev and 5,000 for test, all from the
folders train2014 and val2014.

Every picture is read once. What is missing, broken, truncated or over-large is left out, counted and named; so is a
training picture whose very file is also in dev or test.

examples:
  python -m data_prep.coco coco --output prepared/coco
  python -m data_prep.coco coco --year 2014 --output prepared/coco
  python -m data_prep.coco coco --karpathy dataset_coco.json --output prepared/coco
"""


def main() -> None:
    """Read the arguments and prepare the folder."""
    parser = make_caption_parser("coco", DESCRIPTION, vocab_size=10_000)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="of the official files")
    parser.add_argument("--year", choices=YEARS, default="2017", help="of the official splits")
    parser.add_argument("--karpathy", type=Path, metavar="JSON", help="captions and splits from this file")
    arguments = parser.parse_args()
    settings = settings_of(arguments)
    if not arguments.folder.is_dir():
        raise UserError(f"{arguments.folder}: no such folder")
    if arguments.karpathy:
        files = [arguments.karpathy]
        captions = read_karpathy(arguments.karpathy, "coco")
    else:
        captions = CaptionFile()
        files = []
        for split, name in OFFICIAL.items():
            files.append(_annotations(arguments.folder, name, arguments.year))
            read_official(files[-1], split, f"{name}{arguments.year}", captions)
    corpus = Corpus(
        name="coco",
        languages=("en",),
        licence="captions CC BY 4.0; the photographs are under the terms of Flickr and their authors",
        attribution="COCO Consortium; Chen et al. (2015), Microsoft COCO Captions, arXiv:1504.00325",
        command=command_line("coco"),
        inputs=[describe_input(file) for file in files],
        lines=captions.lines,
        images=arguments.folder,
        listed_images=captions.images,
        images_option="FOLDER where the pictures are",
    )
    prepare(corpus, settings)


def _annotations(folder: Path, name: str, year: str) -> Path:
    """The official file of captions, which must be there."""
    paths = {each: folder / "annotations" / f"captions_{name}{each}.json" for each in YEARS}
    if paths[year].exists():
        return paths[year]
    there = [each for each in YEARS if paths[each].exists()]
    advice = f"that of {there[0]} is there: give --year {there[0]}" if there else "FOLDER is to hold annotations/"
    raise UserError(f"{paths[year]}: no such file; {advice}")


def read_official(path: Path, split: str, folder: str, captions: CaptionFile) -> None:
    """Add the captions of an official annotation file to a split; the number of a line is that of the annotation.

    Args:
        path: the file.
        split: where the captions go.
        folder: of the pictures, within that of all.
        captions: what to add to.

    Raises:
        UserError: the file is not there or not such a file, or an annotation is of no picture (the place is named).
    """
    images, annotations = checked(path, "the file", read_json(path), images=list, annotations=list)
    names: dict[int, str] = {}
    for index, image in enumerate(images):
        number, name = checked(path, f"images[{index}]", image, id=int, file_name=str)
        names[number] = f"{folder}/{name}"
    captions.images.extend(names.values())
    lines = captions.lines.setdefault(split, [])
    for index, annotation in enumerate(annotations):
        number, caption = checked(path, f"annotations[{index}]", annotation, image_id=int, caption=str)
        if number not in names:
            raise UserError(f"{path}: annotations[{index}] is of the picture {number}, which is not in 'images'")
        lines.append(Line(path.name, index + 1, (names[number], caption)))


if __name__ == "__main__":
    run_command(main)
