unit_test(jinja semantics)
unit_test(jinja network)
