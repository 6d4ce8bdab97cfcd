# SPDX-License-Identifier: BSL-1.0
"""Curves as SVG, with a logarithmic axis below and one from zero at the side."""

import math

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 72, 40, 48
_COLOURS = ("#0b6bcb", "#b54708")


def _ticks(top):
    step = 10 ** math.floor(math.log10(top / 2 or 1))
    for factor in (1, 2, 5, 10):
        if top / (step * factor) <= 5:
            step *= factor
            break
    return [step * i for i in range(int(top / step) + 2)]


def curves(title, below, points, series):
    """`points`: where along the logarithmic axis; `series`: (name, values) of one or two, each with a side of its own."""
    low, high = math.log10(points[0] or 1), math.log10(points[-1])
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def x(point):
        return _LEFT + width * (math.log10(max(point, 1)) - low) / ((high - low) or 1)

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
             'font-size="12">', f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
             f'<text x="{_LEFT}" y="20" font-size="14">{title}</text>']
    for point in points:
        parts.append(f'<text x="{x(point):.1f}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{point:,}</text>')
    parts.append(f'<text x="{_LEFT + width / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{below}</text>')
    for side, (name, values) in enumerate(series):
        colour = _COLOURS[side]
        ticks = _ticks(max(values) * 1.1)
        at = _LEFT - 6 if side == 0 else _WIDTH - _RIGHT + 6
        anchor = "end" if side == 0 else "start"

        def y(value, top=ticks[-1]):
            return _TOP + height * (1 - value / top)

        for tick in ticks:
            if side == 0:
                parts.append(f'<path d="M{_LEFT} {y(tick):.1f}H{_WIDTH - _RIGHT}" stroke="#ddd"/>')
            parts.append(f'<text x="{at}" y="{y(tick) + 4:.1f}" text-anchor="{anchor}" fill="{colour}">{tick:,.0f}</text>')
        line = "L".join(f"{x(p):.1f} {y(v):.1f}" for p, v in zip(points, values))
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(p):.1f}" cy="{y(v):.1f}" r="3" fill="{colour}"/>' for p, v in zip(points, values)]
        parts.append(f'<text x="{_WIDTH - _RIGHT - 4}" y="{_HEIGHT - _BOTTOM - 10 - 16 * side}" text-anchor="end" '
                     f'fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
