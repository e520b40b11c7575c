import { defineModel, field } from '../../../src/index.ts';

/** Apart from the key, so that no right to read keys can ever show it; see `secretsLayer`. Same id as the key. */
export const apiKeySecret = defineModel({
  name: 'security.api-key-secret',
  label: 'API key secret',
  description: 'What a presented key is compared with. Readable through no tool and no right.',
  title: 'id',
  protected: true,
  fields: {
    hash: field.char({ required: true, help: 'PBKDF2-HMAC-SHA512, 6,000 rounds, base64.' }),
    salt: field.char({ required: true, help: '16 random bytes, base64.' }),
  },
});
