"""Runs the Python blocks of a Markdown page, in order and in one namespace, and compares the outputs that it shows."""

import ast
import contextlib
import io
import re
import warnings
from dataclasses import dataclass

import leadkit as lk

FENCE = re.compile(
    r"(?:^<!-- not run: (?P<reason>[^\n]+?) -->\n)?^```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A Python block, where it stands, and the output that the page shows under it."""

    code: str
    line: int
    output: str | None = None
    not_run: str | None = None


def python_blocks(page: str) -> list[Block]:
    fences = list(FENCE.finditer(page))
    return [
        Block(fence["body"], page.count("\n", 0, fence.start("body")) + 1, shown(page, fence, after), fence["reason"])
        for fence, after in zip(fences, [*fences[1:], None], strict=False)
        if fence["language"] in {"python", "py"}
    ]


def shown(page: str, fence: re.Match[str], after: re.Match[str] | None) -> str | None:
    """The text block that follows with nothing between."""
    follows = after is not None and after["language"] == "text" and not page[fence.end() : after.start()].strip()
    return after["body"] if after and follows else None


def run(page: str, name: str) -> list[str]:
    """Runs a page; gives one line for each output that differs from what the page shows."""
    namespace: dict[str, object] = {"__name__": "__main__"}
    ran = [(block, printed(block, name, namespace)) for block in python_blocks(page) if not block.not_run]
    return [
        f"{name}, line {block.line}, printed:\n{output}"
        for block, output in ran
        if block.output is not None and trimmed(output) != trimmed(block.output)
    ]


def printed(block: Block, name: str, namespace: dict[str, object]) -> str:
    """What a block prints, and the value of its last line as a console shows it."""
    tree = ast.parse("\n" * (block.line - 1) + block.code, filename=name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as output, warnings.catch_warnings():
        warnings.simplefilter("ignore", lk.LeadkitWarning)  # a reader is told on stderr what was odd, and reads on
        exec(compile(tree, name, "exec"), namespace)
        value = eval(compile(ast.Expression(last.value), name, "eval"), namespace) if last else None
        if value is not None:
            print(repr(value))  # noqa: T201  a console shows the value of the last line
    return output.getvalue()


def trimmed(text: str) -> list[str]:
    """The lines without what no reader sees."""
    return [line.rstrip() for line in text.strip("\n").splitlines()]
