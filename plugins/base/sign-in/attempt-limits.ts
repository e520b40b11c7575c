/** How attempts are slowed and stopped. Counted are failures in a row. */
export interface AttemptLimit {
  /** ms until the attempt after the `count`th failure is looked at. */
  waitAfter(count: number): number;
  /** ms without an attempt after which all is forgotten. */
  readonly forgetAfter: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/** One account from one address: five are free, then 1, 2, 4, 8 s, from the tenth failure on 15 minutes each. */
export const fromOneAddress: AttemptLimit = {
  waitAfter: count => (count < 5 ? 0 : count < 10 ? 1_000 * 2 ** (count - 5) : 15 * minute),
  forgetAfter: 15 * minute,
};

/** One account from everywhere: a hundred failures in a row (NIST SP 800-63B, 5.2.2), then one each 15 minutes. */
export const fromEverywhere: AttemptLimit = {
  waitAfter: count => (count < 100 ? 0 : 15 * minute),
  forgetAfter: day,
};

/**
 * Codes of one account, wherever from: whoever gets here has the password, and a code has six digits only. Five are
 * free, then 15, 30, 60 minutes, up to a day.
 */
export const secondFactor: AttemptLimit = {
  waitAfter: count => (count < 5 ? 0 : Math.min(15 * minute * 2 ** Math.min(count - 5, 10), day)),
  forgetAfter: 7 * day,
};
