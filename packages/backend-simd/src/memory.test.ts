// Pieces of memory never overlap, join again, and run out with a message and nothing else.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, Memory, marginBytes, reservedBytes } from './memory.ts';

const open = (maximum = 1000) => new Memory(new WebAssembly.Memory({ initial: 1, maximum }), maximum);

describe('memory', () => {
  test('is handed out in pieces that do not overlap, whatever was taken and given back before', () => {
    const action = fc.record({ size: fc.integer({ min: 0, max: 100_000 }), victim: fc.option(fc.nat(), { nil: -1 }) });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        const memory = open();
        const held: { block: Block; size: number }[] = [];
        for (const { size, victim } of actions) {
          if (victim >= 0 && held.length > 0) {
            const [{ block }] = held.splice(victim % held.length, 1);
            memory.release(block);
          } else {
            held.push({ block: memory.allocate(size), size });
          }
          const sorted = [...held].sort((a, b) => a.block.pointer - b.block.pointer);
          for (const [i, { block, size: wanted }] of sorted.entries()) {
            const before = i === 0 ? reservedBytes : sorted[i - 1].block.pointer + sorted[i - 1].block.size;
            expect(block.pointer).toBeGreaterThanOrEqual(before);
            expect(block.pointer % 64).toBe(0);
            expect(block.size).toBeGreaterThanOrEqual(Math.max(1, wanted));
            expect(block.pointer + block.size).toBeLessThanOrEqual(memory.size);
            expect(memory.holder(block.pointer + block.size - 1)).toBe(block);
          }
          expect(memory.used).toBe(held.reduce((sum, { block }) => sum + block.size, 0));
        }
        for (const { block } of held) memory.release(block);
        // All pieces have joined: the whole can be had at once.
        const { size } = memory;
        memory.release(memory.allocate(size - reservedBytes - marginBytes));
        expect([memory.used, memory.size]).toEqual([0, size]);
      }),
    );
  });

  test('does not grow over changing sizes', () => {
    const memory = open();
    const sizes = new Set<number>();
    for (let round = 0; round < 2000; round++) {
      const blocks = [100, 3000, 70_000, 64].map((size) => memory.allocate(size * (1 + (round % 7))));
      for (const block of round % 2 === 0 ? blocks : blocks.reverse()) memory.release(block);
      if (round > 20) sizes.add(memory.size);
    }
    expect(sizes.size).toBe(1);
  });

  test('remembers the most that was in use', () => {
    const memory = open();
    const blocks = [memory.allocate(1000), memory.allocate(5000)];
    for (const block of blocks) memory.release(block);
    expect([memory.used, memory.peak]).toEqual([0, 1024 + 5056]);
  });

  test('that is not there is refused with its size, and the rest stays usable', () => {
    const memory = open(160); // 10 MB
    const kept = memory.allocate(4 * 2 ** 20);
    memory.bytes.fill(7, kept.pointer, kept.pointer + kept.size);
    const before = memory.used;
    expect(() => memory.allocate(100 * 2 ** 20)).toThrow(
      new RangeError(
        'Expected memory for a tensor of 100 MB, got none: 4 MB of at most 10 MB are in use. ' +
          'A smaller batch, a shorter context or a smaller model would help, or to dispose tensors that are not needed',
      ),
    );
    expect(memory.used).toBe(before);
    const after = memory.allocate(5 * 2 ** 20);
    expect(memory.bytes[kept.pointer + kept.size - 1]).toBe(7);
    memory.release(after);
    memory.release(kept);
    expect(memory.used).toBe(0);
  });
});
