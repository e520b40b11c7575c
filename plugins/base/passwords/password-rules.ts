import { baseErrors } from '../errors.ts';
import { maxPasswordLength } from './hash-password.ts';

/** Characters that a password has at least. */
const minLength = 12;
/** zxcvbn's scale from 0 to 4: from 3 on, guessing needs more than 10⁸ tries against a slow hash. */
const minScore = 3;
/** What attackers of this server try first. */
const productWords = ['gatehouse'];

/** Whose password it is: a password made of these is weak. */
export interface Person {
  readonly login: string;
  readonly name: string;
  readonly email: string | undefined;
}

/**
 * Throws PASSWORD_WEAK, saying why, for a password that is short, common, or made of what is known of its owner. No
 * rules about kinds of characters: NIST SP 800-63B, 5.1.1.2.
 */
export async function checkPassword(password: string, owner: Person): Promise<void> {
  const length = [...password].length;
  if (length < minLength) {
    throw baseErrors.PASSWORD_WEAK({
      message: `The password has ${length} characters; it needs ${minLength} or more.`,
    });
  }
  if (length > maxPasswordLength || password.length > maxPasswordLength) {
    throw baseErrors.PASSWORD_WEAK({ message: `The password is longer than ${maxPasswordLength} characters.` });
  }
  if (password.toLowerCase().includes(owner.login.toLowerCase())) {
    throw baseErrors.PASSWORD_WEAK({ message: 'The password contains the login.' });
  }
  if ((await score(password, owner)) < minScore) {
    throw baseErrors.PASSWORD_WEAK({
      message: 'The password is too easy to guess: common passwords, names, repetitions and sequences are tried first.',
    });
  }
}

/** The lists of common passwords are large and seldom needed, so they are loaded with the first password that is set. */
async function score(password: string, { login, name, email = '' }: Person): Promise<number> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs });
  const words = [login, name, email].flatMap(text => text.split(/[^\p{L}\p{N}]+/u)).filter(word => word.length > 2);
  return estimator.check(password, [...productWords, ...words]).score;
}
