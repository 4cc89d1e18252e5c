"""A prompt that includes others has their inputs too."""

from __future__ import annotations

from workbench.domain.prompts.prompt import InputField
from workbench.processes.pool import SandboxPool
from workbench.prompts.jinja.analysis import analyse
from workbench.prompts.library.roots import LibrarySources
from workbench.prompts.render import render

SOURCES = {
    "parts/tone.md": "Be {{ tone }}. {{ tone2 | default('') }}",
    "parts/rules.prompty": (
        "---\ninputs:\n  limit: {type: integer, default: 3}\n---\n"
        "At most {{ limit }}.\n{% include 'parts/tone.md' %}\n"
        "{% for rule in rules %}{{ rule.text }}{% endfor %}"
    ),
    "parts/self.md": "{% include 'parts/self.md' %}{{ again }}",
    "parts/broken.md": "{{ half",
}


def inputs(body: str, head: str = "") -> dict[str, InputField]:
    return {each.name: each for each in analyse(head + body, "t.prompty", SOURCES).inputs}


def test_inputs_come_through_files_that_include_files() -> None:
    found = inputs("{% include 'parts/rules.prompty' %}{{ question }}")
    assert list(found) == ["question", "limit", "rules", "tone", "tone2"]
    assert (found["limit"].type, found["limit"].default) == ("integer", 3)
    assert (found["rules"].type, found["rules"].parts) == ("array", ("text",))
    assert found["tone"].required
    assert not found["tone2"].required
    assert not any(each.declared for each in found.values())


def test_what_the_prompt_sets_or_describes_is_not_asked_for_again() -> None:
    head = "---\ninputs:\n  tone: {type: string, default: kind}\n---\n"
    found = inputs("{% set tone2 = 'x' %}{% include 'parts/tone.md' %}", head)
    assert list(found) == ["tone"]
    assert found["tone"].default == "kind"


def test_a_file_that_includes_itself_or_is_broken_or_gone_ends_the_search() -> None:
    assert list(inputs("{% include 'parts/self.md' %}")) == ["again"]
    assert inputs("{% include 'parts/broken.md' %}{% include 'no.md' %}") == {}
    assert list(inputs("{% include ['no.md', 'parts/self.md'] %}")) == ["again"]


async def test_defaults_of_an_included_head_hold_unless_the_prompt_has_its_own(
    pool: SandboxPool,
) -> None:
    body = "{% include 'parts/rules.prompty' %}"
    values = {"tone": "kind", "rules": []}
    shown = await render(pool, body, "t.prompty", values, sources=SOURCES)
    assert "At most 3." in shown[0].text
    head = "---\ninputs:\n  limit: {type: integer, default: 5}\n---\n"
    shown = await render(pool, head + body, "t.prompty", values, sources=SOURCES)
    assert "At most 5." in shown[0].text
    shown = await render(pool, body, "t.prompty", values | {"limit": "7"}, sources=SOURCES)
    assert "At most 7." in shown[0].text


def test_a_link_that_leads_out_of_the_library_is_said_to_be_one(tmp_path):
    folder = tmp_path / "library"
    folder.mkdir()
    (tmp_path / "outside.md").write_text("x")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    found = analyse("{% include 'link.md' %}", "p.md", LibrarySources([folder]))
    (problem,) = found.problems
    assert "a link that leads elsewhere" in problem.message
