unit_test(jinja semantics)
