{#
One form of everything a reader takes for the same text: for comparing and matching, never
for display. The cases stand in tests/fixtures/text/normalisation.csv.
#}
{% macro normalized_text(text) -%}
    nullif(case
        when {{ matches(text, '^[!-~]+( [!-~]+)*$') }} then lower({{ text }})
        else {{ plain_words(text) }}
    end, '')
{%- endmacro %}

{#
In lower case, with one letter per sound, ASCII digits, single spaces, nothing unseen. A
long `translate` costs as much as all else, so it is kept for the texts that need it.
#}
{% macro plain_words(text) -%}
    {%- set unseen = characters(
        [173, 1564, 1600, 1648, 8288, 65279] + range(768, 880) | list
        + range(1611, 1632) | list + range(8203, 8208) | list
        + range(8234, 8239) | list + range(8294, 8298) | list
    ) -%}
    {%- set spaces = characters(
        range(9, 14) | list + [32, 133, 160, 5760] + range(8192, 8203) | list
        + [8232, 8233, 8239, 8287, 12288]
    ) -%}
    {%- set typed = where_matched(
        composed_text(text), '[ﭐ-ﻼ！-～№]', plain_forms(composed_text(text))
    ) -%}
    {%- set counted = where_matched(
        typed, '[۰-۹٠-٩]', 'translate(' ~ typed
        ~ ", '۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩', '01234567890123456789')"
    ) -%}
    {%- set spelled = "translate(lower(" ~ counted ~ "), 'يىكۀё', 'ییکهе')" -%}
    {%- set seen = replace_pattern(spelled, '[' ~ unseen ~ ']+', '') -%}
    trim({{ replace_pattern(seen, '[' ~ spaces ~ ']+', ' ') }})
{%- endmacro %}

{% macro where_matched(text, pattern, changed) -%}
    case when {{ matches(text, pattern) }} then {{ changed }} else {{ text }} end
{%- endmacro %}

{# Letters as one types them, for the joined and wide ones that documents carry. #}
{% macro plain_forms(text) -%}
    {%- set letters = {
        'ﻵ': 'ﻶ', 'ﻷ': 'ﻸ', 'ﻹ': 'ﻺ', 'ﻻ': 'ﻼ',
        'پ': 'ﭖﭗﭘﭙ', 'چ': 'ﭺﭻﭼﭽ', 'ژ': 'ﮊﮋ', 'ک': 'ﮎﮏﮐﮑ', 'گ': 'ﮒﮓﮔﮕ',
        'ی': 'ﯼﯽﯾﯿ', 'ء': 'ﺀ', 'آ': 'ﺁﺂ', 'أ': 'ﺃﺄ', 'ؤ': 'ﺅﺆ', 'إ': 'ﺇﺈ',
        'ئ': 'ﺉﺊﺋﺌ', 'ا': 'ﺍﺎ', 'ب': 'ﺏﺐﺑﺒ', 'ة': 'ﺓﺔ', 'ت': 'ﺕﺖﺗﺘ',
        'ث': 'ﺙﺚﺛﺜ', 'ج': 'ﺝﺞﺟﺠ', 'ح': 'ﺡﺢﺣﺤ', 'خ': 'ﺥﺦﺧﺨ', 'د': 'ﺩﺪ',
        'ذ': 'ﺫﺬ', 'ر': 'ﺭﺮ', 'ز': 'ﺯﺰ', 'س': 'ﺱﺲﺳﺴ', 'ش': 'ﺵﺶﺷﺸ', 'ص': 'ﺹﺺﺻﺼ',
        'ض': 'ﺽﺾﺿﻀ', 'ط': 'ﻁﻂﻃﻄ', 'ظ': 'ﻅﻆﻇﻈ', 'ع': 'ﻉﻊﻋﻌ', 'غ': 'ﻍﻎﻏﻐ',
        'ف': 'ﻑﻒﻓﻔ', 'ق': 'ﻕﻖﻗﻘ', 'ك': 'ﻙﻚﻛﻜ', 'ل': 'ﻝﻞﻟﻠ', 'م': 'ﻡﻢﻣﻤ',
        'ن': 'ﻥﻦﻧﻨ', 'ه': 'ﻩﻪﻫﻬ', 'و': 'ﻭﻮ', 'ى': 'ﻯﻰ', 'ي': 'ﻱﻲﻳﻴ'
    } -%}
    {%- set shown, meant = [], [] -%}
    {%- for letter, forms in letters.items() -%}
        {%- do shown.append(forms) -%}
        {%- do meant.append(letter * forms | length) -%}
    {%- endfor -%}
    {%- set pairs = {
        'ﻵ': 'لآ', 'ﻷ': 'لأ', 'ﻹ': 'لإ', 'ﻻ': 'لا',
        'ﷲ': 'الله', '﷼': 'ریال', '№': 'No'
    } -%}
    {%- set plain = namespace(
        text='translate(' ~ text
        ~ ", '" ~ shown | join ~ characters(range(65281, 65375)) | replace("'", "''")
        ~ "', '" ~ meant | join ~ characters(range(33, 127)) | replace("'", "''") ~ "')"
    ) -%}
    {%- for ligature, spelled in pairs.items() -%}
        {%- set plain.text = (
            'replace(' ~ plain.text ~ ", '" ~ ligature ~ "', '" ~ spelled ~ "')"
        ) -%}
    {%- endfor -%}
    {{ plain.text }}
{%- endmacro %}

{# The characters with these numbers: what cannot be seen is not written out. #}
{% macro characters(numbers) -%}
    {%- for number in numbers -%}{{ '%c' | format(number) }}{%- endfor -%}
{%- endmacro %}

{# A language code as BCP 47 compares it: `FA` and `fa` are one, so are `pt_BR` and `pt-br`. #}
{% macro language_tag(text) -%}
    lower(replace(trim({{ text }}), '_', '-'))
{%- endmacro %}
