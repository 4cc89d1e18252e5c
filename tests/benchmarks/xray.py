"""Ten prompts of ten lines, one with the fact that the answer needs.

``python -m tests.benchmarks.xray`` runs them on the starter model and prints the table of
``docs/xray.md``; with ``--thorough`` every line is left out by itself, with ``--fresh`` the
prompts hold other facts at other places.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from workbench.domain.runs.spec import TemplatePrompt
from workbench.domain.runs.xray import XRay
from workbench.settings import Paths, starter_model

if TYPE_CHECKING:
    from workbench.service import Workbench


class Case(NamedTuple):
    """A prompt whose ``position``-th line (from 1) holds what ``answer`` needs."""

    topic: str
    position: int
    lines: tuple[str, ...]
    question: str
    answer: str

    @property
    def template(self) -> str:
        """The prompt file: ten lines for the system, then the question."""
        body = "\n".join(self.lines)
        return f"---\nname: {self.topic}\n---\nsystem:\n{body}\nuser:\n{{{{ question }}}}\n"

    @property
    def line(self) -> int:
        """The file's line with the fact."""
        return 4 + self.position


CASES = (
    Case("hotel desk", 1, (
        "The safe behind the reception desk opens with the code 7341.",
        "You answer questions of the staff at the reception of a small family hotel.",
        "Breakfast is served in the winter garden from seven to ten, on Sundays until eleven.",
        "Guests who arrive after midnight find their keys in an envelope by the door.",
        "Dogs are welcome in the rooms on the ground floor, but not in the dining room.",
        "The sauna is heated from four in the afternoon, and towels lie in the white cupboard.",
        "Bicycles can be locked in the shed behind the kitchen, next to the firewood.",
        "The last bus to the station leaves from the church square shortly after nine.",
        "Luggage may stay in the cellar on the day of departure, free of charge.",
        "Answer in one short sentence and do not invent anything that is not written here.",
    ), "Which code opens the safe?", "The safe opens with the code 7341."),
    Case("support", 2, (
        "You answer customers of a shop that sells lamps, clocks and small furniture by mail.",
        "Goods can be returned within 45 days, in their box and with the receipt.",
        "Be friendly and brief, and call customers by their name if they give one.",
        "Parcels leave the warehouse on working days before three in the afternoon.",
        "Orders above a certain size are delivered by a carrier who telephones the day before.",
        "Broken glass is replaced at once; ask for a photograph of the parcel and the damage.",
        "Spare parts for clocks come from a partner in Switzerland and take some time.",
        "Payment is possible by card, by invoice and in advance by bank transfer.",
        "The showroom is open on Fridays and Saturdays, with parking in the yard.",
        "Never promise a discount, and hand complaints about staff to the manager.",
    ), "How long do I have to return a lamp?", "You can return it within 45 days."),
    Case("medicine cabinet", 3, (
        "You help the volunteers of a mountain rescue team to find things in their depot.",
        "Ropes and harnesses hang on the left wall, sorted by length and year of purchase.",
        "The burn ointment is stored in the blue drawer under the window.",
        "Radios are charged on the bench by the door and tested every Monday morning.",
        "Helmets that have taken a blow are marked with red tape and must not be used.",
        "Stretchers stand behind the vehicle, the folding one nearest to the gate.",
        "Blankets are washed by the laundry in town and come back on Thursday.",
        "The list of duty hours is pinned to the notice board in the kitchen.",
        "Fuel for the generator is kept outside, in the locked cage beside the wall.",
        "Say where something is in a few words, and say so if you do not know.",
    ), "Where is the burn ointment?", "It is in the blue drawer under the window."),
    Case("conference", 4, (
        "You are the assistant of a two-day conference on timber buildings in the north.",
        "Badges are handed out in the foyer from eight o'clock on both mornings.",
        "Coffee and tea are free, and lunch is served in the hall on the first floor.",
        "The opening speech is given by Ingrid Solvang, who built the library in Tromso.",
        "Talks last twenty minutes, followed by ten minutes for questions from the audience.",
        "Slides must be handed in the evening before, as a file without animations.",
        "The excursion to the sawmill leaves by bus and needs solid shoes and a warm coat.",
        "Recordings of the talks are put on the website two weeks after the end.",
        "Lost property is collected at the cloakroom until the doors close.",
        "Keep answers short, polite and free of any advertising for exhibitors.",
    ), "Who gives the opening speech?", "The opening speech is given by Ingrid Solvang."),
    Case("recipe", 5, (
        "You explain the recipes of an old bakery to people who bake at home.",
        "The flour comes from a mill by the river and is sieved twice before use.",
        "Butter must be cold and cut into cubes the size of a hazelnut.",
        "All bowls are rinsed with hot water first, so that the dough does not cool down.",
        "The plum cake is baked at 185 degrees on the lowest rack of the oven.",
        "Yeast is crumbled by hand and never mixed directly with the salt.",
        "Nuts are roasted without fat until they smell, then chopped coarsely.",
        "The sugar crust is made of brown sugar, cinnamon and a little lemon peel.",
        "Bread rests under a linen cloth, away from draughts and from the window.",
        "Give one clear instruction at a time and use the words of the recipe.",
    ), "How hot is the oven for the plum cake?", "The plum cake is baked at 185 degrees."),
    Case("museum", 6, (
        "You guide visitors through the museum of a harbour town, one room at a time.",
        "The first room shows nets, hooks and the tools with which boats were mended.",
        "Photographs are allowed everywhere, but without flash and without a tripod.",
        "School classes book in advance and get a drawer of things that can be touched.",
        "The lift is beside the cloakroom and goes up to the terrace with the telescope.",
        "The oldest ship in the collection is the schooner Marigold, found in the mud of the bay.",
        "The cafe bakes its own waffles and closes half an hour before the museum does.",
        "Uniforms of the coast guard are shown in the cases along the northern wall.",
        "A film about storms is shown every full hour in the room with the red seats.",
        "Speak simply, in one or two sentences, and never guess a date.",
    ), "What is the oldest ship here?", "The oldest ship is the schooner Marigold."),
    Case("garden", 7, (
        "You advise the members of an allotment garden about their rules and their plants.",
        "Hedges are cut twice a year and must not be higher than the fence.",
        "Water is turned off in November, and the pipes are emptied the same day.",
        "Compost heaps stand at least a metre from the neighbour's path.",
        "Tools can be borrowed from the hut against a signature in the green book.",
        "Fires are allowed only in the brick oven, and never when the wind is strong.",
        "The beds along the wall are reserved for Mrs Okafor, who grows pumpkins for the fair.",
        "Bees are kept in the corner behind the pear trees; please keep your distance.",
        "The annual meeting is held in spring, with cake and a vote on new members.",
        "Answer with what the rules say and leave out your own opinions.",
    ), "For whom are the beds along the wall reserved?", "They are reserved for Mrs Okafor."),
    Case("software", 8, (
        "You help the users of a programme for small libraries with their daily work.",
        "Books are scanned at the desk, and the screen shows who has borrowed them.",
        "Reminders are printed on Fridays and sent by post to members without e-mail.",
        "A lost card is blocked in the members' list, with a note and the date.",
        "New titles are entered by their number, and the rest is filled in by itself.",
        "Labels are printed on the small printer, which needs the narrow paper.",
        "The statistics of the year are found in the menu under reports.",
        "The backup runs every night at 02:40 and is written to the disk in the cellar.",
        "Children under ten may take home games and films with a parent's signature.",
        "Give the steps in order and name the buttons as they are written on the screen.",
    ), "When does the backup run?", "The backup runs every night at 02:40."),
    Case("travel", 9, (
        "You answer questions about a walking tour along the coast for a travel office.",
        "The group meets at the lighthouse and walks at the pace of the slowest.",
        "Rucksacks are carried by a van, and only a small bag is needed on the way.",
        "Everybody brings good boots, a rain jacket and a bottle for water.",
        "Lunch is bread and cheese on the rocks, or soup in a hut when it rains.",
        "The paths are marked with white paint and are not difficult in dry weather.",
        "Rooms are shared by two people, and single rooms cost a little more.",
        "The ferry is included in the price, but the museum on the island is not.",
        "The guide on the second day is Tomas Brandt, who has kept birds there for years.",
        "Be helpful and exact, and keep every answer to a single sentence.",
    ), "Who guides us on the second day?", "The guide on the second day is Tomas Brandt."),
    Case("workshop", 10, (
        "You assist the mechanics of a bicycle workshop with short and exact answers.",
        "Customers' bicycles hang from the hooks in the order in which they were brought.",
        "Every repair gets a yellow slip with the name, the fault and the agreed price.",
        "Chains are cleaned with brushes first, and oiled only when they are dry.",
        "Brake pads are changed in pairs, and the old ones are shown to the customer.",
        "Wheels are trued on the stand by the window, where the light is best.",
        "Test rides go around the block and never on the main road.",
        "Batteries of electric bicycles are charged in the steel cupboard only.",
        "The tea kitchen is cleaned by whoever has the first shift that day.",
        "The spare key for the compressor room hangs behind the portrait of the founder.",
    ), "Where is the spare key for the compressor room?",
        "It hangs behind the portrait of the founder."),
)  # fmt: skip


OTHER_FACTS = (
    (6, "The swimming pool is cleaned by Mr Lindqvist, who comes with his own ladder.",
     "Who cleans the swimming pool?", "Mr Lindqvist cleans the swimming pool."),
    (7, "The voucher word of this month is juniper, and it is written in small letters.",
     "What is the voucher word of this month?", "The voucher word is juniper."),
    (9, "The spare batteries for the lamps are kept in the tin box beside the kettle.",
     "Where are the spare batteries?", "They are in the tin box beside the kettle."),
    (8, "The password of the network for guests is copperleaf, without capitals.",
     "What is the password for guests?", "The password is copperleaf."),
    (2, "The rye bread needs 95 minutes in the oven and must not be opened before.",
     "How long does the rye bread bake?", "The rye bread needs 95 minutes."),
    (3, "The lighthouse lamp in the stairwell was given by the widow of Captain Ferreira.",
     "Who gave the lighthouse lamp?", "It was given by the widow of Captain Ferreira."),
    (4, "The key to the pump house is with Mr Adeyemi in plot nineteen.",
     "Who has the key to the pump house?", "Mr Adeyemi has the key."),
    (5, "The fine for a film that comes back late is 70 cents for each day.",
     "What is the fine for a late film?", "The fine is 70 cents for each day."),
    (3, "The meeting point in bad weather is the chapel above the harbour.",
     "Where do we meet in bad weather?", "The meeting point is the chapel above the harbour."),
    (5, "The torque for the pedals is 35 newton metres, on both sides.",
     "What is the torque for the pedals?", "The torque is 35 newton metres."),
)  # fmt: skip
"""Another place, line, question and answer for each of the prompts."""


def _other(case: Case, position: int, line: str, question: str, answer: str) -> Case:
    lines = (*case.lines[: position - 1], line, *case.lines[position:])
    return Case(case.topic, position, lines, question, answer)


FRESH = tuple(_other(case, *fact) for case, fact in zip(CASES, OTHER_FACTS, strict=True))
"""Cases that were written when the search was finished, and never used to change it."""


class Outcome(NamedTuple):
    """How a case ended."""

    case: Case
    found: XRay

    @property
    def rank(self) -> int:
        """Of the line with the fact, among all lines of the prompt."""
        lines = [effect.segment.first_line for effect in self.found.ranked()]
        return lines.index(self.case.line) + 1

    @property
    def rank_among_ten(self) -> int:
        """The same without the question, which is a line of the template too."""
        lines = [effect.segment.first_line for effect in self.found.ranked()]
        return [line for line in lines if line <= 14].index(self.case.line) + 1

    def row(self) -> str:
        """A row of the table."""
        ranked = self.found.ranked()
        fact = next(each for each in ranked if each.segment.first_line == self.case.line)
        others = [each for each in ranked if each is not fact and each.segment.first_line <= 14]
        question = next(each for each in ranked if each.segment.first_line > 14)
        up = others[0]
        found = self.found
        return (
            f"| {self.case.topic} | {self.case.position} | {self.rank_among_ten} | "
            f"{fact.delta:.2f} ({fact.measure}) | "
            f"{up.share:.2f} (line {up.segment.first_line - 4}, {up.measure}) | "
            f"{question.delta:.2f} | {found.cost:.2f} | "
            f"{found.seconds / found.whole_seconds:.2f} ({found.seconds:.1f} s) |"
        )


HEADER = (
    "| case | line with the fact | its rank | its delta | runner-up | the question | "
    "cost in tokens | cost in time |\n|---|---|---|---|---|---|---|---|"
)


async def outcome(core: Workbench, case: Case, model: str, *, thorough: bool = False) -> Outcome:
    """X-ray one case."""
    found = await core.xray.run(
        TemplatePrompt(f"{case.topic}.prompty", case.template, {"question": case.question}),
        case.answer,
        model=model,
        thorough=thorough,
    )
    return Outcome(case, found)


async def main() -> None:
    """Run all and print the table."""
    from workbench.service import Workbench  # noqa: PLC0415 - loads the database layer

    core = Workbench(Paths.default(Path(tempfile.mkdtemp())))
    await core.open()
    print(HEADER)
    try:
        model = str(starter_model())
        # Otherwise the engine measures how many answers it decodes best together, in between.
        core.models.change_load_settings({"sequences": 8})
        await core.models.load(model)
        await core.scoring.perplexity(
            "The first pass after loading is slower than others. " * 20, model
        )
        outcomes = []
        for case in FRESH if "--fresh" in sys.argv else CASES:
            outcomes.append(await outcome(core, case, model, thorough="--thorough" in sys.argv))
            print(outcomes[-1].row(), flush=True)
    finally:
        await core.close()
    first = sum(each.rank_among_ten == 1 for each in outcomes)
    costs = [each.found.cost for each in outcomes]
    times = [each.found.seconds / each.found.whole_seconds for each in outcomes]
    with_question = sum(each.rank == 1 for each in outcomes)
    print(f"\nFirst in {first} of {len(outcomes)}; with the question {with_question}.")
    print(f"Cost in tokens: mean {sum(costs) / len(costs):.2f}, most {max(costs):.2f}.")
    print(f"Cost in time: mean {sum(times) / len(times):.2f}, most {max(times):.2f}.")


if __name__ == "__main__":
    asyncio.run(main())
