// Decodes urlencoded and multipart forms. Prism's own decoder keeps the last of
// several fields of a name, makes empty objects of absent ones and knows no
// objects in lists.
// pairs splits a query or form; in a form a blank is "+".
export function pairs(text, form) {
  const read = s => decodeURIComponent(form ? s.replaceAll('+', ' ') : s)
  return text.split('&').filter(Boolean).map(pair => {
    const i = pair.indexOf('=')
    return i < 0 ? [read(pair), ''] : [read(pair.slice(0, i)), read(pair.slice(i + 1))]
  })
}


// decode gives the object that a form stands for.
export function decode(doc, declared, content, bytes, contentType) {
  const media = declared?.content?.[content.mediaType] ?? {}
  const properties = open(doc, media.schema ?? content.schema)
  const faults = []
  const value = {}
  const fields = content.mediaType.startsWith('multipart/') ? parts(bytes, contentType, faults) : pairs(bytes.toString('utf8'), true)
  for (const [name, text] of fields) {
    const own = name.replace(/\[.*$/s, '')
    const p = doc.resolve(properties[name] ?? properties[own]) ?? {}
    const encoding = media.encoding?.[own] ?? {}
    const nested = name in properties ? [] : [...name.matchAll(/\[([^\]]*)\]/g)].map(m => m[1])
    if (nested.length > 0) put(value, [own, ...nested], text)
    else if (array(doc, p)) {
      const separator = { spaceDelimited: ' ', pipeDelimited: '|', form: ',' }[encoding.style ?? 'form']
      const exploded = encoding.explode ?? (encoding.style ?? 'form') === 'form'
      const list = text.startsWith('[') && json(text) || (exploded || content.old ? [text] : text.split(separator))
      value[name] = [...(value[name] ?? []), ...list.map(t => (typeof t === 'string' && t.startsWith('{') ? json(t) ?? t : t))]
    } else if (name in value) faults.push('body.' + name + ': stands twice')
    else value[name] = text.startsWith('{') ? json(text) ?? text : text
  }
  return { value: lists(value), faults }
}

function json(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// open is the properties of a schema, those of its parts included.
function open(doc, schema, depth = 0) {
  const s = doc.resolve(schema)
  if (!s || depth > 8) return {}
  const parts = [...(s.allOf ?? []), ...(s.anyOf ?? []), ...(s.oneOf ?? [])].map(p => open(doc, p, depth + 1))
  return Object.assign({}, ...parts, s.properties)
}

function array(doc, schema, depth = 0) {
  const s = doc.resolve(schema)
  if (!s || depth > 8) return false
  return [].concat(s.type ?? []).includes('array') || s.items !== undefined || [...(s.allOf ?? []), ...(s.anyOf ?? []), ...(s.oneOf ?? [])].some(p => array(doc, p, depth + 1))
}

// put sets value[a][b][c]; "[]" appends.
function put(value, path, text) {
  const [key, ...rest] = path
  const at = key === '' ? String(Object.keys(value).length) : key
  if (rest.length === 0) value[at] = text
  else put((value[at] ??= {}), rest, text)
}

// nested gathers name[a][b]=value.
export function nested(name, fields) {
  const value = {}
  for (const [key, text] of Object.entries(fields)) {
    if (key.startsWith(name + '[')) put(value, [...key.slice(name.length).matchAll(/\[([^\]]*)\]/g)].map(m => m[1]), text)
  }
  return lists(value)
}

// lists turns objects whose keys are 0, 1, 2 … into lists.
function lists(v) {
  if (!v || typeof v !== 'object') return v
  if (Array.isArray(v)) return v.map(lists)
  const keys = Object.keys(v)
  if (keys.length > 0 && keys.every((k, i) => k === String(i))) return keys.map(k => lists(v[k]))
  return Object.fromEntries(keys.map(k => [k, lists(v[k])]))
}

// parts reads a multipart body: name and text of each part.
function parts(bytes, contentType, faults) {
  const boundary = /boundary="?([^";]+)/.exec(contentType)?.[1]
  const text = bytes.toString('utf8')
  if (!boundary || !text.endsWith('--' + boundary + '--\r\n')) {
    faults.push('body: the multipart boundary is wrong')
    return []
  }
  return text.split('--' + boundary).slice(1, -1).map(part => {
    const [head, ...rest] = part.slice(2).split('\r\n\r\n')
    const name = /name="([^"]*)"/.exec(head)?.[1]
    if (name === undefined) faults.push('body: a part has no name')
    return [name ?? '', rest.join('\r\n\r\n').slice(0, -2)]
  })
}
