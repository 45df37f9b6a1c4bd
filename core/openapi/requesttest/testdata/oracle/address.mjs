// What a URL must be: under a declared server, on the path, with declared names.

// bases are the servers that the document gives an operation.
export function bases(doc, item, op, a) {
  const root = doc.root
  let list = []
  if (doc.old) {
    const schemes = root.schemes?.length ? root.schemes : ['https']
    list = schemes.map(s => s + '://' + (root.host ?? new URL(a.found).host) + (root.basePath ?? '/'))
  } else {
    const declared = [op.servers, item.servers, root.servers].find(s => s && [].concat(s).length > 0)
    list = [].concat(declared ?? '/').map(one)
  }
  return list.flatMap(raw => {
    try {
      const u = new URL(raw, a.found)
      u.pathname = u.pathname.replace(/\/*$/, '/')
      return [u]
    } catch {
      return []
    }
  })
}

function one(server) {
  const raw = typeof server === 'string' ? server : String(server?.url ?? '/')
  const full = raw.replace(/\{([^}]*)\}/g, (_, name) => server.variables?.[name]?.default ?? server.variables?.[name]?.enum?.[0] ?? '')
  return /^[^/]+\.[^/]+/.test(full) && !/^[a-z]+:/i.test(full) || /^localhost:/.test(full) ? 'https://' + full : full
}

// captured gives the raw values of the template's parameters, or undefined.
export function captured(template, path, parameters) {
  const names = []
  const plain = '/' + template.split('#')[0].split('?')[0].replace(/^\//, '')
  const source = plain.split(/(\{[^}]*\})/).map(part => {
    if (!part.startsWith('{')) return quoted(part)
    const name = part.replace(/[{}+*?&;#]/g, '').trim()
    names.push(name)
    const p = parameters.find(p => p.in === 'path' && p.name === name) ?? {}
    const values = p.schema?.enum ?? p.enum // tells two parameters of one segment apart
    return values ? '(' + values.map(v => quoted(String(v))).join('|') + ')' : '([^/]+?)'
  })
  const m = new RegExp('^' + source.join('') + '$').exec(path)
  return m ? Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(m[i + 1])])) : undefined
}

// quoted matches text of a path, percent-encoded or not.
function quoted(text) {
  return [...text].map(c => {
    const plain = c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const coded = encodeURIComponent(c)
    return coded === c ? plain : '(?:' + plain + '|' + coded + ')'
  }).join('')
}

// undeclared lists names of the query that the document does not have; Prism
// does not mind them. An object in form style may bring names of its own.
export function undeclared(parameters, query, fixed) {
  const known = parameters.filter(p => p.in === 'query')
  const free = known.some(p => {
    const s = p.schema ?? {}
    return (p.style ?? 'form') === 'form' && p.explode !== false && s.type !== 'array' && (s.type === 'object' || s.additionalProperties || s.properties || s.$ref || s.allOf)
  })
  return Object.keys(query).flatMap(name => {
    const fits = free || known.some(p => p.name === name || name.startsWith(p.name + '[')) || (fixed ?? '').includes(name) || query[name] === 'secret'
    return fits ? [] : ['query: ' + name + ' is not declared']
  })
}
