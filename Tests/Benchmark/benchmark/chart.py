"""The plot: a row for each workload, a mark for each target at its ratio to native (logarithmic), with
a line from its fastest to its slowest round."""
import html
import math

from .results import GROUPS

ROW, LEFT, RIGHT, HEAD = 22, 200, 30, 58
PANEL = 620  # the width of the scale
COLOURS = ["#d6306c", "#7b3fbf", "#e07b00", "#b51f1f", "#1c6fd1", "#13885a", "#6d6d00", "#00838f",
           "#795548", "#546e7a", "#9e9e9e", "#3949ab"]
SHAPES = ["circle", "square", "diamond", "up", "down"]


def chart(all_results, title):
    """SVG of all situations, one below the other."""
    names = []
    for results in all_results:
        names += [name for name in results.targets if name != "native" and name not in names]
    # bindlink's own marks first: they are drawn last, on top of the others.
    names.sort(key=lambda name: not name.startswith("bindlink"))
    styles = {name: (COLOURS[i % len(COLOURS)], SHAPES[i % len(SHAPES)])
              for i, name in enumerate(names)}
    width = LEFT + PANEL + RIGHT
    per_line = 4
    legend_lines = (len(names) + per_line - 1) // per_line
    top = 44 + legend_lines * 20
    body, y = [], top
    for results in all_results:
        lines, height = panel(results, styles, y)
        body += lines
        y += height
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y + 10}" width="{width}"'
        f' height="{y + 10}" font-family="sans-serif" font-size="12" fill="#222">',
        f'<title>{html.escape(title)}</title>',
        f'<rect width="{width}" height="{y + 10}" fill="#fff"/>',
        f'<text x="16" y="24" font-size="15" font-weight="bold">{html.escape(title)}</text>']
    for i, name in enumerate(names):
        x, line = 24 + i % per_line * ((width - 32) // per_line), 46 + i // per_line * 20
        head.append(mark(x, line, *styles[name], 5))
        head.append(f'<text x="{x + 11}" y="{line + 4}">{html.escape(name)}</text>')
    return "\n".join(head + body + ["</svg>", ""])


def panel(results, styles, top):
    """The lines of one situation and its height."""
    rows = []
    for group in GROUPS:
        parts = [part for of, part in results.parts if of == group]
        rows += [(part, {name: results.ratio(part, name) for name in results.targets}, False)
                 for part in parts]
        if parts:
            means = {name: results.mean(group, name) for name in results.targets}
            rows.append((f"mean of {group}", {
                name: (mean,) * 3 if mean is not None and missing == 0 else None
                for name, (mean, missing) in means.items()}, True))
    values = [value for _, cells, _ in rows for name, ratio in cells.items()
              if ratio is not None and name != "native" for value in ratio]
    low = min([0.5, *values]) * 0.93
    high = max([4, *values]) * 1.07

    def place(value):
        return LEFT + PANEL * math.log(value / low) / math.log(high / low)

    bottom = top + HEAD + ROW * len(rows)
    lines = [f'<text x="16" y="{top + 30}" font-size="13" font-weight="bold">'
             f'{html.escape(results.title)}</text>',
             f'<text x="{LEFT + PANEL}" y="{top + 30}" text-anchor="end" fill="#666">'
             'time, in multiples of native</text>']
    for number, (title, _, is_mean) in enumerate(rows):
        y = top + HEAD + ROW * number
        if is_mean:
            lines.append(f'<rect x="8" y="{y}" width="{LEFT + PANEL + RIGHT - 16}" height="{ROW}"'
                         ' fill="#eef1f6"/>')
        elif number % 2:
            lines.append(f'<rect x="8" y="{y}" width="{LEFT + PANEL + RIGHT - 16}" height="{ROW}"'
                         ' fill="#f8f8f8"/>')
        weight = ' font-weight="bold"' if is_mean else ""
        lines.append(f'<text x="{LEFT - 12}" y="{y + 15}" text-anchor="end"{weight}>'
                     f'{html.escape(title)}</text>')
    for value in ticks(low, high):
        x = place(value)
        stroke = "#333" if value == 1 else "#d5d5d5"
        lines.append(f'<line x1="{x:.1f}" y1="{top + HEAD - 4}" x2="{x:.1f}" y2="{bottom}"'
                     f' stroke="{stroke}"/>')
        lines.append(f'<text x="{x:.1f}" y="{top + HEAD - 9}" text-anchor="middle" fill="#444">'
                     f'{value:g}</text>')
    for number, (_, cells, is_mean) in enumerate(rows):
        y = top + HEAD + ROW * number + ROW / 2
        for name in reversed(styles):
            ratio = cells.get(name)
            if ratio is None:
                continue
            colour, shape = styles[name]
            median, least, greatest = map(place, ratio)
            if greatest - least > 1:
                lines.append(f'<line x1="{least:.1f}" y1="{y}" x2="{greatest:.1f}" y2="{y}"'
                             f' stroke="{colour}" stroke-width="1.5" opacity="0.55"/>')
            size = 5.5 if name.startswith("bindlink") or is_mean else 4
            lines.append(mark(median, y, colour, shape, size))
    return lines, bottom - top + 12


def ticks(low, high):
    steps = [factor * 10 ** power for power in range(-3, 5) for factor in (1, 2, 5)]
    return [step for step in steps if low <= step <= high]


def mark(x, y, colour, shape, size):
    points = {
        "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
        "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
        "up": [(0, -1.2), (1.2, 1), (-1.2, 1)],
        "down": [(0, 1.2), (1.2, -1), (-1.2, -1)],
    }
    style = f'fill="{colour}" fill-opacity="0.85" stroke="#fff" stroke-width="0.7"'
    if shape == "circle":
        return f'<circle cx="{x:.1f}" cy="{y}" r="{size}" {style}/>'
    corners = " ".join(f"{x + dx * size * 0.9:.1f},{y + dy * size * 0.9:.1f}"
                       for dx, dy in points[shape])
    return f'<polygon points="{corners}" {style}/>'
