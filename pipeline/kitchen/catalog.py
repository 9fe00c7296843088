"""What is done in the kitchen, and to what."""

from dataclasses import dataclass

Colour = tuple[int, int, int]

VERBS = ("Take", "Put", "Stir", "Open", "Cut", "Close", "Pour", "Shake")
"""Every verb fits every noun, so that a noun says nothing about the verb."""


@dataclass(frozen=True)
class Noun:
    """A food in its dish; all dishes have the same extent, so that motion cannot tell them.

    Args:
        name: the label's second word.
        outline: shape of the dish's rim, a key of ``dishes.OUTLINES``.
        texture: how the food looks, a key of ``foods.TEXTURES``.
        colours: RGB of the food: ground, pieces, details.
    """

    name: str
    outline: str
    texture: str
    colours: tuple[Colour, Colour, Colour]


NOUNS = (
    Noun("tomato", "round", "slices", ((150, 18, 14), (222, 46, 32), (250, 190, 120))),
    Noun("lettuce", "square", "leaves", ((26, 92, 20), (84, 168, 44), (186, 226, 120))),
    Noun("blueberry", "hexagon", "balls", ((24, 20, 66), (62, 66, 158), (170, 180, 236))),
    Noun("cheese", "barrel", "holes", ((240, 196, 44), (250, 222, 104), (176, 124, 10))),
    Noun("rice", "octagon", "grains", ((206, 200, 190), (246, 244, 238), (168, 160, 150))),
    Noun("bread", "oval", "crumb", ((152, 92, 42), (204, 146, 84), (96, 52, 20))),
    Noun("beetroot", "round", "slices", ((70, 4, 44), (146, 20, 92), (214, 110, 170))),
    Noun("carrot", "square", "balls", ((168, 66, 0), (248, 128, 22), (255, 200, 130))),
    Noun("olive", "barrel", "holes", ((66, 72, 20), (108, 116, 40), (24, 26, 6))),
    Noun("pasta", "hexagon", "strands", ((196, 150, 84), (244, 214, 150), (150, 104, 50))),
)

RECIPES = (
    "R01-PastaSalad",
    "R02-TurkeySandwich",
    "R03-BaconAndEggs",
    "R04-ContinentalBreakfast",
    "R05-Cheeseburger",
    "R06-GreekSalad",
    "R07-Pizza",
)
