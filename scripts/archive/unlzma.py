"""LZMA for interpreters that were built without it: slow, and seldom needed.

After the "LZMA specification" of the LZMA SDK (Igor Pavlov, public domain): a range coder whose bits' probabilities
adapt, and a machine of 12 states that tells literals, matches and repeated matches apart.
"""


def decompress(data):
    """Return what a file in the .lzma format, of known size, holds."""
    properties, low_bits = divmod(data[0], 9)
    pos_bits, literal_pos_bits = divmod(properties, 5)
    size = int.from_bytes(data[5:13], "little")
    pos_mask, literal_mask = (1 << pos_bits) - 1, (1 << literal_pos_bits) - 1

    def odds(count):
        return [1024] * count

    literals = [odds(0x300) for _ in range(1 << (low_bits + literal_pos_bits))]
    is_match, is_rep0_long = odds(12 << 4), odds(12 << 4)
    is_rep, is_rep0, is_rep1, is_rep2 = odds(12), odds(12), odds(12), odds(12)
    slots, special, align = [odds(64) for _ in range(4)], odds(115), odds(16)
    lengths = [(odds(2), [odds(8) for _ in range(16)], [odds(8) for _ in range(16)], odds(256)) for _ in range(2)]

    at = 18
    span, code = 0xFFFFFFFF, int.from_bytes(data[14:18], "big")

    def bit(table, index):
        nonlocal span, code, at
        chance = table[index]
        bound = (span >> 11) * chance
        if code < bound:
            span = bound
            table[index] = chance + ((2048 - chance) >> 5)
            found = 0
        else:
            span -= bound
            code -= bound
            table[index] = chance - (chance >> 5)
            found = 1
        if span < 0x1000000:
            span = span << 8
            code = code << 8 | data[at]
            at += 1
        return found

    def tree(table, count):
        value = 1
        for _ in range(count):
            value = value << 1 | bit(table, value)
        return value - (1 << count)

    def reverse_tree(table, start, count):
        value, place = 0, 1
        for shift in range(count):
            found = bit(table, start + place)
            place = place << 1 | found
            value |= found << shift
        return value

    def length(coder, pos):
        choice, low, middle, high = coder
        if not bit(choice, 0):
            return tree(low[pos], 3)
        if not bit(choice, 1):
            return 8 + tree(middle[pos], 3)
        return 16 + tree(high, 8)

    def distance(run):
        nonlocal span, code, at
        slot = tree(slots[min(run, 3)], 6)
        if slot < 4:
            return slot
        count = (slot >> 1) - 1
        base = (2 | slot & 1) << count
        if slot < 14:
            return base + reverse_tree(special, base - slot, count)
        direct = 0
        for _ in range(count - 4):
            span >>= 1
            direct <<= 1
            if code >= span:
                code -= span
                direct |= 1
            if span < 0x1000000:
                span = span << 8
                code = code << 8 | data[at]
                at += 1
        return base + (direct << 4) + reverse_tree(align, 0, 4)

    output = bytearray()
    state = 0
    rep0 = rep1 = rep2 = rep3 = 0
    while len(output) < size:
        pos = len(output) & pos_mask
        if not bit(is_match, (state << 4) + pos):
            before = output[-1] if output else 0
            table = literals[((len(output) & literal_mask) << low_bits) + (before >> (8 - low_bits))]
            symbol = 1
            if state >= 7:
                matched = output[-rep0 - 1]
                while symbol < 0x100:
                    expected = matched >> 7 & 1
                    matched <<= 1
                    found = bit(table, ((1 + expected) << 8) + symbol)
                    symbol = symbol << 1 | found
                    if found != expected:
                        break
            while symbol < 0x100:
                symbol = symbol << 1 | bit(table, symbol)
            output.append(symbol & 0xFF)
            state = 0 if state < 4 else state - 3 if state < 10 else state - 6
            continue
        if bit(is_rep, state):
            if not bit(is_rep0, state):
                if not bit(is_rep0_long, (state << 4) + pos):
                    state = 9 if state < 7 else 11
                    output.append(output[-rep0 - 1])
                    continue
            elif not bit(is_rep1, state):
                rep0, rep1 = rep1, rep0
            elif not bit(is_rep2, state):
                rep0, rep1, rep2 = rep2, rep0, rep1
            else:
                rep0, rep1, rep2, rep3 = rep3, rep0, rep1, rep2
            run = length(lengths[1], pos)
            state = 8 if state < 7 else 11
        else:
            run = length(lengths[0], pos)
            rep0, rep1, rep2, rep3 = distance(run), rep0, rep1, rep2
            state = 7 if state < 7 else 10
        for _ in range(run + 2):
            output.append(output[-rep0 - 1])
    return bytes(output)
