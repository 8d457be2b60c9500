/** About `count` × 220 bytes of NDJSON in pieces of 64 KiB, some lines with text outside ASCII. */
export function* traffic(count: number, tag = 'x'): Generator<Buffer> {
  let piece = '';
  for (let i = 0; i < count; i++) {
    const payload = `${tag} ${i} ${'abcdefgh'.repeat(12)}${i % 50 === 0 ? ' é🦊' : ''}`;
    piece += `{"id":"${tag}-${i}","method":"GET","uri":"/search?q=${i}","payload":"${payload}","is_attack":${i % 3 === 0}}\n`;
    if (piece.length > 65_536) {
      yield Buffer.from(piece);
      piece = '';
    }
  }
  yield Buffer.from(piece);
}
