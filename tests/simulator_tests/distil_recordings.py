"""Distil the shapes of recorded answers: `python -m tests.simulator_tests.distil_recordings FOLDER`.

FOLDER holds response bodies taken from the test cassettes of minimul/qbo_api (MIT licence, recorded 2020-2022 against
Intuit's sandbox company), named like `create-customer-02-response-Customer.json`. Only shapes go into the repository:
keys, JSON types, and the codes of faults; no value of a recorded body. Attachments are outside of this simulator.
"""

import json
import sys
from pathlib import Path

TARGET = Path(__file__).with_name('recorded_shapes.json')
SOURCE = "Shapes of answers recorded in the test cassettes of minimul/qbo_api (MIT), Intuit sandbox, 2020-2022"
_LITERAL = {'code', 'type', 'status', 'element', 'DetailType', 'Message', 'message'}
_GEOCODED = {'Lat', 'Long'}     # found by Intuit's geocoder in 2015; not part of what a caller can rely on


def shape(value, key=''):
    """The shape of a JSON value: type of a scalar, keys of an object, the merged shape of a list's items."""
    if isinstance(value, dict):
        return {'keys': {name: shape(inner, name) for name, inner in value.items() if name not in _GEOCODED},
                'optional': []}
    if isinstance(value, list):
        items = [shape(item) for item in value]
        return {'items': merge(items) if items else None}
    if key in _LITERAL and isinstance(value, str):
        return {'one_of': [value]}
    return json_type(value)


def json_type(value):
    """The JSON name of a scalar's type."""
    for kinds, name in ((bool, 'boolean'), ((int, float), 'number'), (str, 'string'), (type(None), 'null')):
        if isinstance(value, kinds):
            return name
    raise TypeError(type(value))


def merge(shapes):
    """One shape for all items of a list: keys that some items lack are optional."""
    first = next(shape for shape in shapes if shape is not None)
    if not isinstance(first, dict):
        return first
    if 'one_of' in first:
        return {'one_of': sorted({word for shape in shapes for word in shape['one_of']})}
    if 'items' in first:
        inner = [shape['items'] for shape in shapes if shape['items'] is not None]
        return {'items': merge(inner) if inner else None}
    names = list(dict.fromkeys(name for shape in shapes for name in shape['keys']))
    return {
        'keys': {name: merge([shape['keys'][name] for shape in shapes if name in shape['keys']]) for name in names},
        'optional': [name for name in names
                     if any(name not in shape['keys'] or name in shape['optional'] for shape in shapes)],
    }


def differences(expected, value, path='$'):
    """What is different between a recorded shape and an answer: missing keys, keys too many, other types, codes."""
    actual = shape(value, path.rsplit('.', 1)[-1])
    if isinstance(expected, str):
        return [] if actual == expected else [f"{path}: {actual} instead of {expected}"]
    if 'one_of' in expected:
        return [] if value in expected['one_of'] else [f"{path}: {value!r} instead of {expected['one_of']}"]
    if 'items' in expected:
        if not isinstance(value, list):
            return [f"{path}: no list"]
        if expected['items'] is None:
            return [] if not value else [f"{path}: not empty"]
        return [text for item in value for text in differences(expected['items'], item, f"{path}[]")]
    if not isinstance(value, dict):
        return [f"{path}: no object"]
    found = [f"{path}.{name} is missing" for name in expected['keys']
             if name not in value and name not in expected['optional']]
    found += [f"{path}.{name} is too many" for name in value if name not in expected['keys']]
    for name, inner in expected['keys'].items():
        if name in value:
            found += differences(inner, value[name], f"{path}.{name}")
    return found


def main(folder):
    """Write recorded_shapes.json from a folder of recorded responses."""
    shapes = {}
    for path in sorted(Path(folder).glob('*-response-*.json')):
        if not path.name.startswith('attachment'):
            name = path.name.split('-response-')[0]
            shapes[name] = shape(json.loads(path.read_text(encoding='utf-8')))
    lines = [f"  {json.dumps(name)}: {json.dumps(content, separators=(',', ':'))}" for name, content in shapes.items()]
    TARGET.write_text(f'{{\n "source": {json.dumps(SOURCE)},\n "shapes": {{\n' + ',\n'.join(lines) + '\n }\n}\n',
                      encoding='utf-8')


if __name__ == '__main__':
    main(sys.argv[1])
