// What becomes of many losses: their mean over the rows that count, their sum, or each for itself.
export type Reduction = 'mean' | 'sum' | 'none';
