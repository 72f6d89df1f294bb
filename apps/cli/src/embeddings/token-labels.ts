// Tokens as labels on a map and in tables: blanks can be seen, and are not marked by quotes, which would take much room.

export function tokenLabel(token: string): string {
  return token
    .replaceAll(' ', '·')
    .replaceAll('\n', '↵')
    .replaceAll('\t', '⇥')
    .replaceAll(/\p{Cc}/gu, '�');
}
