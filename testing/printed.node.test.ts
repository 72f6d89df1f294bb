import { describe, expect, test } from 'vitest';
import { expectPrinted, expectPrintedInOrder } from './printed.ts';

describe('expectPrinted', () => {
  test('the last digits of decimals and the width of columns may differ', () => {
    expectPrinted('[[0.9999998, -0 ],\n  [1.5000001 , 2]]  \n', '[[0.9999997, -0 ],\n [1.5 , 2]]');
    expectPrinted('-0.0', '0.0');
    expectPrinted('a name: anna\n3', 'a name: …\n3');
  });

  test('nothing else may', () => {
    expect(() => expectPrinted('0.12345', '0.12355')).toThrow();
    expect(() => expectPrinted('1464', '1465')).toThrow();
    expect(() => expectPrinted('a\nb', 'a')).toThrow();
    expect(() => expectPrinted('NaN', '1.0')).toThrow();
    expect(() => expectPrinted('a', 'a\nb …')).toThrow();
    expect(() => expectPrinted('a name: anna', 'a word: …')).toThrow();
  });
});

describe('expectPrintedInOrder', () => {
  test('lines in order, others between them, and an open end', () => {
    expectPrintedInOrder('one\ntwo\nthree 3\nfour\n', 'one\nthree …\nfour');
  });

  test('a line that is missing or stands elsewhere is told', () => {
    expect(() => expectPrintedInOrder('one\ntwo', 'two\none')).toThrow('what is left of the output');
    expect(() => expectPrintedInOrder('one\ntwo', 'three')).toThrow();
  });
});
