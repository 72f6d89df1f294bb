// Tables so wide that they scroll can be scrolled with a keyboard: as long as they do, they take part in the order of Tab.
// They are looked at once they come near: a page of the reference has hundreds.
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0');
    else target.removeAttribute('tabindex');
  }
});

const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      resized.observe(target);
    }
  },
  { rootMargin: '400px' },
);

for (const table of document.querySelectorAll('.sl-markdown-content table')) seen.observe(table);
