"""The languages that videos can be translated into, by name, with their codes."""

from __future__ import annotations

# name: code. The plain names first, then those with a region, as the API lists them.
LANGUAGES = dict(
    line.rsplit("  ", 1)
    for line in """\
English  en
Spanish  es
French  fr
Hindi  hi
Italian  it
German  de
Polish  pl
Portuguese  pt
Chinese  zh
Japanese  ja
Dutch  nl
Turkish  tr
Korean  ko
Danish  da
Arabic  ar
Romanian  ro
Mandarin  zh
Filipino  fil
Swedish  sv
Indonesian  id
Ukrainian  uk
Greek  el
Czech  cs
Bulgarian  bg
Malay  ms
Slovak  sk
Croatian  hr
Tamil  ta
Finnish  fi
Russian  ru
Afrikaans (South Africa)  af-ZA
Albanian (Albania)  sq-AL
Amharic (Ethiopia)  am-ET
Arabic (Algeria)  ar-DZ
Arabic (Bahrain)  ar-BH
Arabic (Egypt)  ar-EG
Arabic (Iraq)  ar-IQ
Arabic (Jordan)  ar-JO
Arabic (Kuwait)  ar-KW
Arabic (Lebanon)  ar-LB
Arabic (Libya)  ar-LY
Arabic (Morocco)  ar-MA
Arabic (Oman)  ar-OM
Arabic (Qatar)  ar-QA
Arabic (Saudi Arabia)  ar-SA
Arabic (Syria)  ar-SY
Arabic (Tunisia)  ar-TN
Arabic (United Arab Emirates)  ar-AE
Arabic (World)  ar
Arabic (Yemen)  ar-YE
Armenian (Armenia)  hy-AM
Azerbaijani (Latin, Azerbaijan)  az-AZ
Bangla (Bangladesh)  bn-BD
Basque  eu-ES
Bengali (India)  bn-IN
Bosnian (Bosnia and Herzegovina)  bs-BA
Bulgarian (Bulgaria)  bg-BG
Burmese (Myanmar)  my-MM
Catalan  ca-ES
Chinese (Cantonese, Traditional)  zh-HK
Chinese (Jilu Mandarin, Simplified)  zh-CN-shandong
Chinese (Mandarin, Simplified)  zh-CN
Chinese (Northeastern Mandarin, Simplified)  zh-CN-liaoning
Chinese (Southwestern Mandarin, Simplified)  zh-CN-sichuan
Chinese (Taiwanese Mandarin, Traditional)  zh-TW
Chinese (Wu, Simplified)  wuu-CN
Chinese (Zhongyuan Mandarin Henan, Simplified)  zh-CN-henan
Chinese (Zhongyuan Mandarin Shaanxi, Simplified)  zh-CN-shaanxi
Croatian (Croatia)  hr-HR
Czech (Czechia)  cs-CZ
Danish (Denmark)  da-DK
Dutch (Belgium)  nl-BE
Dutch (Netherlands)  nl-NL
English (Australia)  en-AU
English (Canada)  en-CA
English (Hong Kong SAR)  en-HK
English (India)  en-IN
English (Ireland)  en-IE
English (Kenya)  en-KE
English (New Zealand)  en-NZ
English (Nigeria)  en-NG
English (Philippines)  en-PH
English (Singapore)  en-SG
English (South Africa)  en-ZA
English (Tanzania)  en-TZ
English (UK)  en-GB
English (United States)  en-US
English - Your Accent  en
English - American Accent  en-US
Estonian (Estonia)  et-EE
Filipino (Philippines)  fil-PH
Filipino (Cebuano)  ceb-PH
Finnish (Finland)  fi-FI
French (Belgium)  fr-BE
French (Canada)  fr-CA
French (France)  fr-FR
French (Switzerland)  fr-CH
Galician  gl-ES
Georgian (Georgia)  ka-GE
German (Austria)  de-AT
German (Germany)  de-DE
German (Switzerland)  de-CH
Greek (Greece)  el-GR
Gujarati (India)  gu-IN
Haitian Creole (Haiti)  ht-HT
Hebrew (Israel)  he-IL
Hindi (India)  hi-IN
Hungarian (Hungary)  hu-HU
Icelandic (Iceland)  is-IS
Indonesian (Indonesia)  id-ID
Irish (Ireland)  ga-IE
Italian (Italy)  it-IT
Japanese (Japan)  ja-JP
Javanese (Latin, Indonesia)  jv-ID
Kannada (India)  kn-IN
Kazakh (Kazakhstan)  kk-KZ
Khmer (Cambodia)  km-KH
Konkani (India)  kok-IN
Korean (Korea)  ko-KR
Lao (Laos)  lo-LA
Latin (Vatican City)  la-VA
Latvian (Latvia)  lv-LV
Lithuanian (Lithuania)  lt-LT
Luxembourgish (Luxembourg)  lb-LU
Macedonian (North Macedonia)  mk-MK
Maithili (India)  mai-IN
Malagasy (Madagascar)  mg-MG
Malay (Malaysia)  ms-MY
Malayalam (India)  ml-IN
Maltese (Malta)  mt-MT
Marathi (India)  mr-IN
Mongolian (Mongolia)  mn-MN
Nepali (Nepal)  ne-NP
Norwegian Bokmål (Norway)  nb-NO
Norwegian Nynorsk (Norway)  nn-NO
Odia (India)  or-IN
Pashto (Afghanistan)  ps-AF
Persian (Iran)  fa-IR
Polish (Poland)  pl-PL
Portuguese (Brazil)  pt-BR
Portuguese (Portugal)  pt-PT
Punjabi (India)  pa-IN
Romanian (Romania)  ro-RO
Russian (Russia)  ru-RU
Serbian (Latin, Serbia)  sr-Latn-RS
Sindhi (India)  sd-IN
Sinhala (Sri Lanka)  si-LK
Slovak (Slovakia)  sk-SK
Slovenian (Slovenia)  sl-SI
Somali (Somalia)  so-SO
Spanish (Argentina)  es-AR
Spanish (Bolivia)  es-BO
Spanish (Chile)  es-CL
Spanish (Colombia)  es-CO
Spanish (Costa Rica)  es-CR
Spanish (Cuba)  es-CU
Spanish (Dominican Republic)  es-DO
Spanish (Ecuador)  es-EC
Spanish (El Salvador)  es-SV
Spanish (Equatorial Guinea)  es-GQ
Spanish (Guatemala)  es-GT
Spanish (Honduras)  es-HN
Spanish (Latin America)  es-419
Spanish (Mexico)  es-MX
Spanish (Nicaragua)  es-NI
Spanish (Panama)  es-PA
Spanish (Paraguay)  es-PY
Spanish (Peru)  es-PE
Spanish (Puerto Rico)  es-PR
Spanish (Spain)  es-ES
Spanish (United States)  es-US
Spanish (Uruguay)  es-UY
Spanish (Venezuela)  es-VE
Sundanese (Indonesia)  su-ID
Swahili (Kenya)  sw-KE
Swahili (Tanzania)  sw-TZ
Swedish (Sweden)  sv-SE
Tamil (India)  ta-IN
Tamil (Malaysia)  ta-MY
Tamil (Singapore)  ta-SG
Tamil (Sri Lanka)  ta-LK
Telugu (India)  te-IN
Thai (Thailand)  th-TH
Turkish (Türkiye)  tr-TR
Ukrainian (Ukraine)  uk-UA
Urdu (India)  ur-IN
Urdu (Pakistan)  ur-PK
Uzbek (Latin, Uzbekistan)  uz-UZ
Vietnamese (Vietnam)  vi-VN
Welsh (United Kingdom)  cy-GB
Zulu (South Africa)  zu-ZA
""".splitlines()
)
