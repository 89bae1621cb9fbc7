unit_test(base file)
unit_test(base memory)
unit_test(base text)
unit_test(base values)
