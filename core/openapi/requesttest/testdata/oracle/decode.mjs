// Usage: node decode.mjs < requests.ndjson > values.ndjson
//
// Decodes requests as a server in Node would, with packages that many servers use: the query
// and urlencoded forms with qs, multipart forms with busboy, anything else as JSON.
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import busboy from 'busboy'
import qs from 'qs'

const options = { arrayLimit: 100, depth: 8, strictNullHandling: false }

async function body(type, bytes) {
  if (bytes.length === 0) return undefined
  if (type.startsWith('application/x-www-form-urlencoded')) return qs.parse(bytes.toString('utf8'), options)
  if (!type.startsWith('multipart/')) return JSON.parse(bytes.toString('utf8'))
  const fields = {}
  const put = (name, value) => { fields[name] = name in fields ? [].concat(fields[name], value) : value }
  const parser = busboy({ headers: { 'content-type': type } })
  const done = new Promise((resolve, reject) => parser.on('close', resolve).on('error', reject))
  parser.on('field', put)
  parser.on('file', (name, stream) => {
    const chunks = []
    stream.on('data', chunk => chunks.push(chunk)).on('end', () => put(name, Buffer.concat(chunks).toString('utf8')))
  })
  Readable.from([bytes]).pipe(parser)
  await done
  return fields
}

for await (const line of createInterface({ input: process.stdin })) {
  const r = JSON.parse(line)
  let out
  try {
    out = { query: qs.parse(r.query, options), body: await body(r.type, Buffer.from(r.body, 'base64')) }
  } catch (e) {
    out = { fault: String(e) }
  }
  process.stdout.write(JSON.stringify(out) + '\n')
}
