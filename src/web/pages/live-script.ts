/** Everything works without it: with it, changes come in by themselves and searches answer as one types. */
export const liveScript = `'use strict'
const MOST_SHOWN = 20

document.querySelector('nav [aria-current="page"]')?.scrollIntoView({ inline: 'center', block: 'nearest' })
for (const list of document.querySelectorAll('[data-live]')) follow(list)
for (const field of document.querySelectorAll('[data-suggest]')) suggest(field)

function follow(list) {
  const source = new EventSource(list.dataset.live)
  const waiting = []
  let paused = false
  const show = (markup) => {
    document.getElementById(list.id + '-empty')?.remove()
    list.hidden = false
    list.insertAdjacentHTML('afterbegin', markup)
    list.firstElementChild?.classList.add('fresh')
    while (list.children.length > MOST_SHOWN) list.lastElementChild.remove()
  }
  source.addEventListener('entry', ({ data }) => {
    if (!paused) return show(data)
    waiting.push(data)
    waiting.splice(0, waiting.length - MOST_SHOWN)
  })
  source.addEventListener('states', ({ data }) => {
    for (const [state, count] of Object.entries(JSON.parse(data))) {
      for (const place of document.querySelectorAll('[data-state="' + state + '"]')) {
        place.textContent = count.toLocaleString('en-US')
        place.classList.toggle('zero', count === 0)
      }
    }
  })
  const button = document.getElementById(list.id + '-pause')
  if (button === null) return
  button.hidden = false
  button.addEventListener('click', () => {
    paused = !paused
    button.setAttribute('aria-pressed', String(paused))
    button.textContent = paused ? 'Go on' : 'Pause'
    if (!paused) for (const markup of waiting.splice(0)) show(markup)
  })
}

function suggest(field) {
  const target = document.getElementById(field.dataset.target)
  let timer
  let asked = 0
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(async () => {
      const mine = ++asked
      const address = new URL(field.dataset.suggest, location.href)
      const given = new FormData(field.form)
      for (const name of field.dataset.with.split(' ')) address.searchParams.set(name, given.get(name))
      address.searchParams.set('q', field.value)
      address.searchParams.set('part', field.dataset.part)
      const reply = await fetch(address, { headers: { accept: 'text/html' } }).catch(() => null)
      if (reply === null || !reply.ok || mine !== asked) return
      target.innerHTML = await reply.text()
    }, 200)
  })
}
`
