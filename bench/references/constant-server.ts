import { createServer } from 'node:net';

// The cheapest server there is: it reads nothing and answers every packet with the same bytes. What a load generator
// reaches against it is what the generator can do alone. Sends its port.

const body = '{"success":true}';
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
);
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => socket.write(answer));
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send!(typeof address === 'object' ? address!.port : 0);
});
process.on('SIGTERM', () => process.exit(0));
