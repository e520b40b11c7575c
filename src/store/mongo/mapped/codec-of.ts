import type { MappedField } from '../../mapping.ts';
import { amountCodec } from './amount-codec.ts';
import type { Codec } from './codec.ts';
import { idCodec, listCodec } from './id-codecs.ts';
import { jsonCodec } from './json-codec.ts';
import { booleanCodec, floatCodec, integerCodec, textCodec } from './scalar-codecs.ts';
import { dayCodec, dayTextCodec, momentCodec, momentTextCodec } from './time-codecs.ts';

/** The codec of a mapped field. */
export function codecOf({ meaning, form, decimals }: MappedField): Codec {
  switch (meaning) {
    case 'text':
      return textCodec;
    case 'integer':
      return integerCodec;
    case 'float':
      return floatCodec;
    case 'boolean':
      return booleanCodec;
    case 'date':
      return form === 'string' ? dayTextCodec : dayCodec;
    case 'datetime':
      return form === 'string' ? momentTextCodec : momentCodec;
    case 'amount':
      if (form === 'int') return integerCodec;
      return amountCodec({ decimals, form: form === 'double' ? 'double' : 'decimal' });
    case 'reference':
      return idCodec(idForm(form));
    case 'references':
      return listCodec(idCodec(idForm(form)));
    case 'json':
      return jsonCodec;
  }
}

function idForm(form: MappedField['form']): 'objectId' | 'string' | 'int' {
  return form === 'string' || form === 'int' ? form : 'objectId';
}
