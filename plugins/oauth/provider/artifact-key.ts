import { hash } from 'node:crypto';

/** What is kept under the value that a client or browser holds. */
export type ArtifactKind =
  | 'AuthorizationCode'
  | 'RefreshToken'
  | 'Interaction'
  | 'ReplayDetection'
  | 'AccessToken'
  | 'DPoPProof';

/** What it is found by: SHA-256 of kind and value, base64url. */
export function artifactKey(kind: ArtifactKind, value: string): string {
  return hash('sha256', `${kind}:${value}`, 'base64url');
}
