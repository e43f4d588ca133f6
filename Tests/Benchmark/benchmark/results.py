"""What was measured in one situation, its ratios to native, and the tables that show them."""
import math
import statistics

GROUPS = ["metadata", "data", "application"]


class Results:
    def __init__(self, situation, targets, parts):
        self.situation, self.targets = situation, targets
        self.parts = parts  # (group, part), in the order of the tables
        self.samples = {}  # (part, target) -> [(nanoseconds, the server's)]
        self.failures = {}  # (part, target) -> text
        self.memory = {}  # target -> KiB

    @property
    def title(self):
        return {"root": "As root", "user": "As an ordinary user"}[self.situation]

    def add(self, part, target, sample):
        self.samples.setdefault((part, target), []).append(sample)

    def fail(self, part, target, why):
        self.failures[part, target] = why
        self.samples.pop((part, target), None)

    def ratio(self, part, target):
        """(median, least, greatest) over the median of native; None if it was not measured."""
        native = self.samples.get((part, "native"))
        own = self.samples.get((part, target))
        if not native or not own:
            return None
        base = statistics.median(sample[0] for sample in native)
        times = [sample[0] for sample in own]
        return tuple(value / base for value in (statistics.median(times), min(times), max(times)))

    def mean(self, group, target):
        """The geometric mean of a group's ratios, and how many of them are missing."""
        ratios = [self.ratio(part, target) for of, part in self.parts if of == group]
        known = [ratio[0] for ratio in ratios if ratio is not None]
        if not known:
            return None, len(ratios)
        return math.exp(sum(map(math.log, known)) / len(known)), len(ratios) - len(known)

    def server_share(self, target):
        """The server's processor time over the time that passed, both over all samples."""
        samples = [sample for (_, of), list_ in self.samples.items() if of == target
                   for sample in list_]
        passed = sum(sample[0] for sample in samples)
        return sum(sample[1] for sample in samples) / passed if passed else 0

    def rows(self):
        """The table: a title, and a cell for each target."""
        for group in GROUPS:
            parts = [part for of, part in self.parts if of == group]
            if not parts:
                continue
            yield group, None
            for part in parts:
                yield part, [self.cell(part, target) for target in self.targets]
            yield "geometric mean", [self.mean_cell(group, target) for target in self.targets]

    def cell(self, part, target):
        ratio = self.ratio(part, target)
        if target == "native" and ratio is not None:
            median = statistics.median(sample[0] for sample in self.samples[part, target])
            return f"{median / 1e6:.4g} ms"
        if ratio is None:
            return "failed" if (part, target) in self.failures else "–"
        spread = (ratio[2] - ratio[1]) / 2 / ratio[0]
        return f"{number(ratio[0])} ±{spread * 100:.0f}%"

    def mean_cell(self, group, target):
        mean, missing = self.mean(group, target)
        if target == "native":
            return ""
        if mean is None:
            return "–"
        return number(mean) + (f" ({missing} missing)" if missing else "")


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def text_table(results):
    rows = [["", *results.targets]]
    for title, cells in results.rows():
        rows.append([title.upper(), *[""] * len(results.targets)] if cells is None
                    else ["  " + title, *cells])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(results):
    lines = ["| " + " | ".join(["", *results.targets]) + " |",
             "|---" + "|---:" * len(results.targets) + "|"]
    for title, cells in results.rows():
        if cells is None:
            cells, title = [""] * len(results.targets), f"**{title}**"
        lines.append("| " + " | ".join([title, *cells]) + " |")
    return "\n".join(lines)


def as_data(results):
    """For JSON: every sample."""
    return {
        "situation": results.situation,
        "targets": results.targets,
        "memory_kib": results.memory,
        "workloads": [
            {"group": group, "name": part, "targets": {
                target: {
                    "nanoseconds": [sample[0] for sample in results.samples[part, target]],
                    "server_nanoseconds": [sample[1] for sample in results.samples[part, target]],
                    "ratio": results.ratio(part, target)[0]
                    if results.ratio(part, target) else None}
                if (part, target) in results.samples
                else {"failure": results.failures.get((part, target))}
                for target in results.targets}}
            for group, part in results.parts],
        "means": {target: {group: results.mean(group, target)[0] for group in GROUPS}
                  for target in results.targets},
    }
