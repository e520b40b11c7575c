// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
const unsafe = /[\u0000-\u001f\u007f-\u009f]|gh_[0-9A-Za-z]{8}_/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is removed
const control = /[\u0000-\u001f\u007f-\u009f]+/g;
const key = /gh_([0-9A-Za-z]{8})_[0-9A-Za-z]*/g;

/**
 * Text from outside as it may stand in the log: cut to `length` characters, without control characters (one faulty entry
 * must not spoil the batch that it is written with) and without the secret of a key that somebody put in a wrong place.
 */
export function safeText(text: string, length: number): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  const clean = unsafe.test(whole) ? whole.replace(key, 'gh_$1_…').replace(control, ' ') : whole;
  return clean.length > length ? clean.slice(0, length).toWellFormed() : clean;
}
