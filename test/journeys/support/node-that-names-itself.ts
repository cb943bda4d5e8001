// One of several nodes of an application: answers its port, so that one sees which node was asked.
import { createServer } from 'node:http';

const port = Number(process.env['PORT']);
createServer((_request, response) => void response.end(String(port))).listen(port, '127.0.0.1', () => {
  console.log('ready');
});
