import { isMailAddress, type TextFormat } from '../../../src/index.ts';

/** A name that a comma-separated list can hold, as commands take them. */
export const listable: TextFormat = {
  expected: 'a name without commas and without spaces around it',
  matches: text => text === text.trim() && !text.includes(','),
};

/** An address that the mailer takes: no mail would reach any other. */
export const mailAddress: TextFormat = {
  expected: 'one plain e-mail address, such as sara@example.com',
  matches: isMailAddress,
};

export const timeZone: TextFormat = {
  expected: 'the IANA name of a time zone, such as Europe/Berlin or UTC',
  matches(text) {
    try {
      new Intl.DateTimeFormat('en', { timeZone: text });
      return true;
    } catch (thrown) {
      if (thrown instanceof RangeError) return false;
      throw thrown;
    }
  },
};
