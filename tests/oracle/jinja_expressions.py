"""Expressions for the differential suite, grouped by feature.

Each is rendered as {{ expression }} with DATA, strict and lenient, with and
without autoescape.
"""

DATA = {
    "n": 7, "z": 0, "neg": -3, "f": 2.5, "big": 9007199254740993,
    "t": True, "no": False, "nil": None, "e": "", "s": "Hello World",
    "html": "<a href=\"x\">&'b'</a>", "u": "Ünïcödé ß Ελλάς", "num": "42",
    "multi": "one\ntwo\n\nthree\n", "csv": "a,b,,c",
    "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "le": [], "lm": [1, "a", None],
    "nested": [[1, 2], [3, [4]]], "d": {"b": 1, "a": 2, "C": 3}, "de": {},
    "deep": {"x": {"y": {"z": "deep"}}, "items": "key", "l": [1, {"k": "v"}]},
    "users": [
        {"name": "bob", "age": 30, "city": {"id": 1}, "on": True},
        {"name": "Alice", "age": 25, "city": {"id": 2}, "on": False},
        {"name": "carol", "age": 30, "city": {"id": 1}},
    ],
    "ifs": [{"name": "Eth%d" % i, "vlan": i * 10, "tags": ["t%d" % i]}
            for i in range(1, 5)],
}

LITERALS = """
1|0|-1|+1|1_000|0x1f|0b101|0o17|1.5|1e3|1.5e-3|2.0|1e16|1e15|123456789.123
0.1|0.0001|0.00001|1e100|1e-100|3.0e5|00|1.0e0|5e-324|1.7976931348623157e308
'a'|"a"|'it''s'|"a" 'b'|'\\n'|'\\t|'|'\\x41\\u00e9\\101'|'\\q'|"\\""|''
true|True|false|False|none|None|[]|[1]|[1,2,]|()|(1,)|(1,2)|(1)|{}|{'a':1,}
{1:2,'a':[3],(1,2):4,none:5,true:6,1.5:7}|[[],{},()]|[none,true,1.0,'x']
['it\\'s','"',"'\\"",'\\n\\t\\\\']|{'a':{'b':[1,(2,)]}}|['é','\\x00','\\x7f']
"""

OPERATORS = """
1+2|1+2.0|n-10|2*3|2*'ab'|'ab'*2|'ab'*0|'ab'*-1|[1]*2|2*[1,2]|6/2|7/2|7//2
-7//2|7%3|-7%3|7%-3|7.5//2|-7.5//2|7.5%2|-7.5%2|7.5%-2|2**3|2**-1|2**0.5
2**3**2|-2**2|(-2)**2|-n|+n|--n|-f|not n|not z|not e|not not n|-true|+true
1/0|1//0|1%0|1.0/0|0**-1|0.0**-1|'a'+'b'|'a'+1|1+'a'|[1]+[2]|[1]+(2,)
(1,)+(2,)|'a'-'b'|l+l|d+d|'a'*'b'|1.5*'a'|none+1|true+true|true*3|true/2
'a'~1~none~true~1.5|l~d|'a'~'b'|upper|1~2+3|1+2~3|'a'~n*2|n~'%'|html~'<'
1==1|1==1.0|1==true|'1'==1|1!=2|none==none|[1]==[1]|[1]==(1,)|{'a':1}=={'a':1}
{'a':1}=={'a':1.0}|'a'=='a'|1<2|2<=2|3>2|3>=4|1<2<3|1<3<2|3>2>1|1==1==1
'a'<'b'|'a'<'B'|'a'<1|1<'a'|none<1|[1]<[2]|[1]<[1,0]|(1,2)<(1,3)|{}<{}
[1]<['a']|1<true|f<n|n>f|1 in l|9 in l|'a' in d|'q' in d|'ell' in s|'' in s
1 in 'a'|1 in n|1 in none|none in lm|'a' not in ls|not 'a' in ls|1 in (1,2)
n in [7]|l in nested|[1,2] in nested|1 in d.values()|('a',2) in d.items()
t and n|z and n|z or n|n or z|e or 'x'|le or de or 'x'|t and e|not t or n
1 if t else 2|1 if no else 2|1 if no|1 if no else 2 if no else 3|(1 if t)+1
'a' if z else 'b' if e else 'c'|t if t is defined else no|n|n+n*n-n/n
n*-1|n - -1|2-1-1|2/2/2|2*3%4|10-2*3|(10-2)*3|10//3*3|2+3==5|not 1==2
1 in [1]==true|1 + 1 in [2]|'a' in 'abc'~'d'|n is odd and n > 3|n|abs+1
-2**n|-2**2|-1.5**n|(-2)**n|-t**n|-2**n|abs|(1-3)**2|2**-n|-n**2|-2**(n)
9223372036854775807|-9223372036854775807|3037000499*3037000499|1e308*10
1e400|-1e400|0.1+0.2|1.1*3|100/3|1e22|123456789012345678|2**62|-2**63
"""

ACCESS = """
d.a|d['a']|d.q|d['q']|d.items|d.a.b|d.q.r|deep.x.y.z|deep['x'].y['z']|deep.items
deep['items']|deep.l[1].k|deep.l.1.k|l[0]|l[-1]|l[9]|l[-9]|l.0|l['0']|l[1.0]
l[true]|s[0]|s[-1]|s[99]|u[0]|u[1]|u[-1]|l[1:]|l[:2]|l[::-1]|l[-2:]|l[0:9:2]
l[9:]|s[1:4]|s[::-1]|u[1:3]|u[::-1]|s[::2]|s[-3:]|s[5:2]|l[::0]|l['a':]|d[1:]
l[none:2]|l[:none]|(1,2,3)[1:]|range(10)[2]|range(10)[2:5]|nested[1][1][0]
n.x|n['x']|nil.x|nil['x']|nil[0]|t.x|f.x|s.x|s['x']|l.x|l['x']|missing
missing.x|missing['x']|missing[0]|missing()|missing.x()|missing+1|missing~1
missing==missing|missing==1|missing or 1|not missing|missing and 1|missing in l
l in missing|1 in missing|missing is defined|missing.x is defined|[missing]
d.q is defined|d.q.r is defined|d['q'] is defined|missing|list|missing|length
missing|string|missing|upper|missing|default|missing|default(1)|missing|d('x')
d.q|default('x')|d.q.r|default('x')|nil|default('x')|e|default('x',true)
z|default('x',true)|z|default(5,boolean=true)|nil|default('x',boolean=true)
missing|default(n)|n()|s()|d()|d.a()|l.append|d['a']['b']|d[l]|d[[]]|d[{}]
{}[1,2]|{(1,2):3}[1,2]|d[none]|lm[2]|'a'.b|'a'['b']|1 .x|''[0]|[][0]|()[0]
"""

TESTS = """
n is defined|n is undefined|missing is undefined|n is none|nil is none
n is odd|n is even|z is even|f is odd|'a' is odd|n is divisibleby 7
n is divisibleby(2)|n is divisibleby 0|n is number|f is number|t is number
s is number|s is string|n is string|d is mapping|l is mapping|l is sequence
s is sequence|d is sequence|n is sequence|range(3) is sequence|l is iterable
n is iterable|s is iterable|d is iterable|missing is iterable|nil is iterable
n is integer|t is integer|f is integer|f is float|n is float|t is boolean
n is boolean|t is true|t is false|no is false|1 is true|n is eq 7|n is equalto 7
n is ne 7|n is lt 8|n is lessthan 8|n is le 7|n is gt 6|n is greaterthan 6
n is ge 7|n is sameas n|nil is sameas none|t is sameas true|1 is sameas true
'a' is lower|'A' is lower|'A' is upper|'a1' is lower|'1' is lower|e is upper
s is lower|u is lower|n is in [7]|n is in(l)|'a' is in 'abc'|n is not odd
n is not defined|not n is odd|n is odd is defined|n is callable
range is callable|d.items is callable|'upper' is filter|'nope' is filter
'odd' is test|'nope' is test|n is filter|html is escaped|html|e is escaped
n is not in [7]|missing is none|missing is string|missing is mapping
missing is sequence|missing is callable|missing is odd|n is nope|s|nope
n is eq(7)|'x' is eq 'x'|l is eq [3,1,2]|n is divisibleby(num=7)
n == 7 is true|n is odd or missing is defined|l|length is odd
"""

TEXT = """
s|upper|s|lower|s|capitalize|s|title|'hello-world (foo) [bar] it\\'s'|title
u|upper|u|lower|u|title|u|capitalize|u|length|'ß'|upper|n|upper|nil|lower
s|trim|'  x '|trim|'xxaxx'|trim('x')|'\\n x\\t'|trim|'abc'|trim('ca')
s|replace('o','0')|s|replace('o','0',1)|s|replace('','-')|s|replace('o','')
s|replace('q','x')|n|replace(7,8)|html|replace('<','[')|s|replace('o',html)
s|replace(old='o',new='x')|s|replace('l','L',count=2)|s|replace('l')
s|center(20)|s|center(5)|'ab'|center(5)|'abc'|center(6)|'a'|center|n|center(5)
s|indent|multi|indent|multi|indent(2)|multi|indent(2,true)|multi|indent(2,blank=true)
multi|indent('> ')|multi|indent(width=1,first=true)|e|indent|'a\\n'|indent(blank=true)
'a\\n\\n'|indent|'\\na'|indent|'a\\r\\nb'|indent|n|indent|html|e|indent
s|truncate(5)|s|truncate(8,true)|s|truncate(5,true,'..')|s|truncate(9,leeway=0)
s|truncate(11)|'foo bar baz qux'|truncate(9)|'foo bar baz qux'|truncate(11,leeway=0)
'foo bar baz qux'|truncate(9,true)|'foo bar baz qux'|truncate(9,end='')|s|truncate(2)
u|truncate(6,true,'',0)|s|wordcount|u|wordcount|'a-b c_d 1'|wordcount|e|wordcount
s|wordwrap(5)|'a long sentence that wraps'|wordwrap(10)|'aaaaaaaaaa'|wordwrap(4)
'aaaaaaaaaa'|wordwrap(4,false)|'foo-bar baz-qux'|wordwrap(8)|multi|wordwrap(3)
'foo bar'|wordwrap(3,wrapstring='|')|'a  b   c'|wordwrap(3)|'x-y-z--w'|wordwrap(3)
'foo-bar-baz'|wordwrap(5,break_on_hyphens=false)|'hello—world foo'|wordwrap(6)
html|e|html|escape|html|e|e|html|forceescape|html|e|forceescape|html|safe|n|e
html|safe|upper|html|e|length|nil|e|l|e|html|striptags|'<p>a  <b>b</b>\\n c</p>'|striptags
'a &amp; b &lt;c&gt; &#39; &nbsp;x'|striptags|'<!-- x -->y'|striptags|'a<b'|striptags
s|urlencode|html|urlencode|u|urlencode|'a/b c?d=e&f'|urlencode|d|urlencode
{'a b':'c&d'}|urlencode|[('a',1),('b','x y')]|urlencode|n|urlencode|'~-._'|urlencode
s|string|n|string|l|string|nil|string|s|list|u|list|s|first|s|last|s|reverse
u|reverse|s|length|s|count|s|batch(4)|list|s|sort|join|s|unique|join|'%s-%d'|format('a',5)
'%5d|%-5d|%05d|%+d'|format(1,2,3,4)|'%.2f %e %g'|format(1.5,2.5,3.5)|'%x %X %o %c'|format(255,255,8,65)
'%(a)s %(b)d'|format(a='x',b=2)|'%s'|format|'%s %s'|format(1)|'%s'|format(1,2)|'%%'|format
'%d'|format('a')|'%s'|format(l)|'%r'|format('a')|'%5.1f|'|format(3.14159)|'%-8s|'|format('ab')
'%8s|%.2s|'|format('ab','abcdef')|'%*d'|format(5,3)|'%#x %#o'|format(255,8)|'%i %u'|format(1.9,2)
'%s' % 5|'%s %s' % (1,2)|'%(a)s' % {'a':1}|'%s' % l|'%s' % (l,)|'%d%%' % 5|'%q' % 1|'%' % 1
html|safe ~ html|'%s'|safe % html|'%s'|format(html)|('%s'|safe)|format(html)
html|safe + html|html + html|safe|(html|safe)*2|[html|safe,html]|join|[html,html]|join('<')
[html|safe,html]|join('<')|[html]|join('<'|safe)|html|e ~ '<'|('<'|safe)|replace('<','>')
('<'|safe).join([html,'a'])|(html|safe).upper()|(html|safe)[0:3]|('a,b'|safe).split(',')
('{}'|safe).format(html)|'{}'.format(html)|html|safe|title|html|safe|trim|html|safe|center(40)
"""

LISTS = """
l|sort|l|sort(true)|l|sort(reverse=true)|ls|sort|ls|sort(case_sensitive=true)
lm|sort|users|sort(attribute='age')|map(attribute='name')|list
users|sort(attribute='age,name')|map(attribute='name')|join(',')
users|sort(attribute='city.id',reverse=true)|map(attribute='name')|list
users|sort(attribute='nope')|d|sort|s|sort|n|sort|nil|sort|le|sort
l|first|l|last|le|first|le|last|d|first|d|last|n|first|range(5)|last
l|length|d|length|le|length|n|length|nil|length|l|count|l|sum|le|sum|le|sum(start=5)
users|sum('age')|users|sum(attribute='age',start=10)|ls|sum|nested|sum(start=[])
l|min|l|max|le|min|le|max|ls|min|ls|max|ls|max(case_sensitive=true)|lm|max
users|min(attribute='age')|users|max(attribute='age')|l|join|l|join(',')|l|join(n)
users|join(', ',attribute='name')|users|join(',','name')|lm|join('-')|d|join(',')|le|join(',')
n|join|missing|join|l|reverse|list|s|reverse|d|reverse|list|le|reverse|list
l|batch(2)|list|l|batch(2,'x')|list|l|batch(5,0)|list|le|batch(2)|list|l|batch(linecount=2)|list
l|slice(2)|list|l|slice(2,'x')|list|l|slice(5)|list|le|slice(2)|list|range(7)|slice(3,'-')|list
l|unique|list|ls|unique|list|['a','A']|unique|list|['a','A']|unique(true)|list|lm|unique|list
users|unique(attribute='age')|map(attribute='name')|list|nested|unique|list|[1,1.0,true]|unique|list
d|items|list|l|items|list|missing|items|list|d|dictsort|d|dictsort(true)|d|dictsort(false,'value')
d|dictsort(by='value',reverse=true)|d|dictsort(by='x')|l|dictsort|de|dictsort|{1:2,'a':3}|dictsort
d|list|d.keys()|list|d.values()|list|d.items()|list|d.items()|d.keys()|d.values()|d.keys()|sort
d.values()|sum|d.items()|length|d.items()[0]|d.keys()[0]|d.keys()|first|d.items()|first
users|map(attribute='name')|list|users|map(attribute='city.id')|list|users|map(attribute='on')|list
users|map(attribute='on',default='?')|list|users|map('length')|list|ls|map('upper')|list
l|map('string')|map('replace','1','x')|list|l|map|list|l|map('nope')|list|le|map('nope')|list
ls|map(attribute=0)|list|nested|map(attribute='0')|list|nested|map('first')|list|l|map('abs')|sum
ls|map('lower')|sort|list|l|map('format')|list|ls|map('center',5)|list|users|map('attr','x')|list
l|select|list|l|select('odd')|list|l|reject('odd')|list|lm|select|list|lm|reject|list|lm|select('none')|list
l|select('gt',1)|list|l|select('in',[1,2])|list|l|select('nope')|list|le|select('nope')|list
users|selectattr('on')|list|length|users|selectattr('on','defined')|map(attribute='name')|list
users|selectattr('age','eq',30)|map(attribute='name')|list|users|selectattr('age','==',30)|list|length
users|rejectattr('on','defined')|map(attribute='name')|list|users|rejectattr('on')|list|length
users|selectattr('city.id','equalto',1)|map(attribute='name')|join|users|selectattr('nope.x')|list
users|selectattr|list|users|groupby('age')|map(attribute='grouper')|list|users|groupby('city.id')|length
users|groupby('on',default=5)|list|length|users|groupby('name')|map('first')|list|ls|groupby(0)|list
users|groupby('age')|map(attribute='list')|map('length')|list|users|groupby('nope')|list|length
ifs|map(attribute='tags')|sum(start=[])|ifs|map(attribute='vlan')|sum|ifs|selectattr('vlan','>',20)|map(attribute='name')|list
l|abs|n|abs|neg|abs|f|abs|'a'|abs|f|round|2.5|round|3.5|round|-2.5|round|2.567|round(2)|2.567|round(1,'ceil')
2.567|round(1,'floor')|n|round|n|round(1)|n|round(0,'ceil')|1234|round(-2)|1250|round(-2)|'a'|round|2.5|round(0,'x')
'42'|int|'4.9'|int|'x'|int|'x'|int(5)|'0x1f'|int(0,16)|'1f'|int(base=16)|'0b11'|int(0,2)|'1_000'|int|' 7 '|int
f|int|t|int|nil|int|l|int|'1e3'|int|'-5'|int|'+5'|int|'--5'|int|e|int|'inf'|int|missing|int|'nan'|int|'٣'|int
'4.5'|float|'x'|float|'x'|float(1.5)|n|float|'1e3'|float|'inf'|float|'-inf'|float|'nan'|float|nil|float|'1_0.5'|float
100|filesizeformat|1|filesizeformat|0|filesizeformat|1000|filesizeformat|1500000|filesizeformat|1024|filesizeformat(true)
1048576|filesizeformat(binary=true)|'x'|filesizeformat|'2000'|filesizeformat|1e30|filesizeformat|999999|filesizeformat
l|tojson|d|tojson|html|tojson|u|tojson|nil|tojson|f|tojson|t|tojson|deep|tojson|l|tojson(2)|d|tojson(indent=2)|le|tojson(2)
de|tojson(1)|(1,2)|tojson|{1:2}|tojson|{none:1}|tojson|{true:1}|tojson|range(2)|tojson|missing|tojson|'\\x01\\x7f\\u2028'|tojson
d|attr('a')|d|attr('items')|s|attr('upper')|n|attr('x')|l|list|(1,2)|list|n|list|nil|list|range(3)|list|s|list|d|list
[l|map('abs')|list]|l|map('abs')|length|(l|map('abs'))[0]|l|map('abs') is iterable|l|map('abs') is sequence
le|select|default('x')|'y' if le|select else 'n'|le|map('abs')|list|l|select|first|l|map('abs')|last|l|reverse|first
"""

METHODS = """
s.upper()|s.lower()|s.title()|s.capitalize()|s.swapcase()|'ß'.upper()|u.swapcase()|s.startswith('Hell')
s.startswith(('x','H'))|s.startswith('l',2)|s.endswith('ld')|s.endswith(('a','b'))|s.startswith(1)|s.split()
s.split('o')|s.split('o',1)|s.split(maxsplit=1)|csv.split(',')|csv.split(',',2)|csv.rsplit(',',1)|csv.rsplit(',')
'  a  b '.split()|'  a  b '.rsplit(none,1)|' a b c '.split(none,1)|''.split()|''.split(',')|s.split('')|'aXXbXXc'.split('XX')
multi.splitlines()|multi.splitlines(true)|'a\\r\\nb\\rc'.splitlines()|''.splitlines()|'  x '.strip()|'xxaxx'.strip('x')
'  x '.lstrip()|'  x '.rstrip()|'abc'.lstrip('ba')|s.replace('o','0')|s.replace('o','0',1)|s.replace('','-')|s.replace(1,2)
s.find('o')|s.find('z')|s.rfind('o')|s.find('o',5)|s.index('o')|s.index('z')|s.count('l')|s.count('')|u.find('ö')|s.rindex('o')
','.join(ls)|','.join(l)|','.join('abc')|''.join([])|s.center(15)|s.center(15,'*')|s.ljust(15)|s.rjust(15,'.')|'ab'.ljust(1)
'5'.zfill(3)|'-5'.zfill(4)|'+5'.zfill(4)|'abc'.zfill(2)|s.partition(' ')|s.partition('z')|s.rpartition('o')|s.rpartition('z')
'1'.isdigit()|'a'.isdigit()|''.isdigit()|'a'.isalpha()|'a1'.isalpha()|'a1'.isalnum()|' '.isspace()|'A'.isupper()|'aA'.islower()
'a b'.isalnum()|u.isalpha()|s.removeprefix('Hello ')|s.removesuffix('World')|s.removeprefix('x')|s.casefold()|s.nope()|s.upper(1)
'{} {}'.format(1,2)|'{0} {1} {0}'.format('a','b')|'{a} {b}'.format(a=1,b=2)|'{:>5}|{:<5}|{:^5}'.format('a','b','c')
'{:05d} {:+d} {:,}'.format(42,5,1234567)|'{:.2f} {:e} {:g} {:%}'.format(3.14159,1.5,2.5,0.25)|'{:x} {:X} {:o} {:b} {:#x}'.format(255,255,8,5,255)
'{!r} {!s}'.format('a','b')|'{0.a}'.format(d)|'{0[a]}'.format(d)|'{[0]}'.format(l)|'{{}}'.format(1)|'{'.format(1)|'}'.format(1)|'{}'.format()
'{:*^9}'.format('x')|'{:{w}}'.format('a',w=5)|'{:d}'.format('a')|'{:s}'.format(1)|'{}'.format(none)|'{:>6.2f}'.format(1.5)|'{:.1}'.format('abc')
'{} {}'.format(*l)|'{a}'.format(**{'a':1})|'{:_}'.format(1234567)|'{:<05}'.format(3)|'{:=+5d}'.format(3)|'{:5}|'.format(3)|'{:5}|'.format('a')
'{:5}|'.format(1.5)|'{:5}|'.format(true)|'{:d}'.format(true)|'{: d}'.format(4)|'{:.3}'.format(3.14159)|'{:10.3}|'.format(2.0)|'{0}{}'.format(1,2)
d.items()|list|d.keys()|list|d.values()|list|d.get('a')|d.get('q')|d.get('q',5)|d.get([])|d.copy()|d.pop('a')|d.pop('q')|d.pop('q',1)
d.update({'z':9})|d.update(z=1)|d.setdefault('a',5)|d.setdefault('q',5)|d.setdefault('q')|d.clear()|d.popitem()|d.nope()|d.get()
l.append(4)|l.append(1,2)|l.extend([1])|l.extend('ab')|l.extend(1)|l.insert(0,9)|l.pop()|l.pop(0)|l.pop(9)|le.pop()|l.index(1)|l.index(9)
l.count(1)|l.reverse()|l.sort()|l.remove(1)|l.remove(9)|l.copy()|l.clear()|(1,2,1).count(1)|(1,2).index(2)|(1,2).index(9)|(1,2).append(3)
range(3)|range(1,4)|range(0,10,3)|range(5,0,-2)|range(0)|range(3)|list|range(1,4)|list|range(10,0,-3)|list|range(0,1,0)|range('a')|range()
range(2.0)|range(3)|length|range(3)|sum|range(3)|first|2 in range(3)|range(3)==range(3)|range(3)|join(',')|range(3)|reverse|list
dict(a=1)|dict(a=1,b=2).b|dict({'a':1},b=2)|dict([('a',1)])|dict([1])|dict(d,z=1)|namespace(a=1).a|namespace(a=1).b|namespace({'a':1}).a
cycler('a','b').next()|cycler('a').current|cycler()|joiner(',')()|joiner()|namespace()|range|cycler|dict
"""

GROUPS = {
    "literals": LITERALS, "operators": OPERATORS, "access": ACCESS,
    "tests": TESTS, "text": TEXT, "lists": LISTS, "methods": METHODS,
}


def _depth_split(line):
    """Splits at | that separate expressions: those not inside of brackets or
    quotes, and not filters.  A filter's | is followed by a filter name and is
    told from a separator by the table below."""
    parts, depth, quote, at, i = [], 0, None, 0, 0
    while i < len(line):
        c = line[i]
        if quote:
            if c == "\\":
                i += 1
            elif c == quote:
                quote = None
        elif c in "'\"":
            quote = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "|" and depth == 0:
            parts.append(line[at:i])
            at = i + 1
        i += 1
    parts.append(line[at:])
    return parts


FILTERS = set("""abs attr batch capitalize center count d default dictsort e
escape filesizeformat first float forceescape format groupby indent int items
join last length list lower map max min nope reject rejectattr replace reverse
round safe select selectattr slice sort string striptags sum title tojson trim
truncate unique upper urlencode wordcount wordwrap""".split())
NAMES = set(DATA) | {"missing", "range", "cycler", "dict"}


def _starts_filter(part):
    name = part
    for i, c in enumerate(part):
        if not (c.isalnum() or c == "_"):
            name = part[:i]
            break
    if name in ("d", "e"):
        rest = part[len(name):]
        return rest.startswith("('x')") or (
            name == "e" and not rest[:1].isdigit() and
            rest[:3] not in (" or", " is", " ? "))
    return name in FILTERS


def expressions():
    for group, text in GROUPS.items():
        for line in text.replace("\\\\", "\\").strip().split("\n"):
            current = None
            for part in _depth_split(line):
                if current is not None and _starts_filter(part):
                    current += "|" + part
                    # a chain is a case at each of its lengths
                    yield group, current
                    continue
                current = part
                yield group, current
