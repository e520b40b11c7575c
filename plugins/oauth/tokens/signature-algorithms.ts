/** With what clients may sign: DPoP proofs (RFC 9449), and assertions that authenticate them (RFC 7523). */
export const signatureAlgorithms = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
