package io.gantry.image.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoProxyTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                          | https://reg.example          | false
          *                           | https://reg.example          | true
          reg.example                 | https://reg.example          | true
          reg.example                 | https://REG.example.:5000    | true
          Reg.Example                 | https://reg.example          | true
          example                     | https://reg.example          | true
          ample                       | https://reg.example          | false
          reg.example                 | https://eu.reg.example       | true
          .reg.example                | https://eu.reg.example       | true
          .reg.example                | https://reg.example          | false
          *.reg.example               | https://eu.reg.example       | true
          *.reg.example               | https://reg.example          | false
          reg.example:443             | https://reg.example          | true
          reg.example:443             | http://reg.example           | false
          reg.example:80              | http://reg.example           | true
          reg.example:5000            | https://reg.example:5000     | true
          reg.example:5000            | https://reg.example          | false
          other.example, reg.example  | https://reg.example          | true
          other.example,,nonsense/x   | https://reg.example          | false
          10.1.2.3                    | https://10.1.2.3             | true
          10.1.2.3                    | https://10.1.2.30            | false
          10.1.2.3:5000               | https://10.1.2.3:5000        | true
          10.1.2.3:5000               | https://10.1.2.3             | false
          10.0.0.0/8                  | https://10.200.2.3:5000      | true
          10.0.0.0/8                  | https://11.0.0.1             | false
          10.0.0.0/8                  | https://a10.example          | false
          10.1.2.128/25               | https://10.1.2.129           | true
          10.1.2.128/25               | https://10.1.2.127           | false
          10.1.2.3/32                 | https://10.1.2.3             | true
          0.0.0.0/0                   | https://192.0.2.1            | true
          0.0.0.0/0                   | https://[2001:db8::1]        | false
          10.0.0.0/33                 | https://10.0.0.0             | false
          2001:db8::/32               | https://[2001:db8::1]:5000   | true
          2001:db8::/32               | https://[2001:db9::1]        | false
          2001:db8::1                 | https://[2001:db8:0:0::1]    | true
          [2001:db8::1]               | https://[2001:db8::1]        | true
          [2001:db8::1]:5000          | https://[2001:db8::1]:5000   | true
          [2001:db8::1]:5000          | https://[2001:db8::1]        | false
          2.3                         | https://10.1.2.3             | false
          [, ], [], [x, :, /, //, .   | https://reg.example          | false
          ]:1, *:1, :443, 1:2:3, /8   | https://reg.example          | false
          300.1.2.3, 10.0.0.0/x, ::/0 | https://10.1.2.3             | false
          ''                          | http://localhost:5000        | true
          ''                          | http://127.8.9.10            | true
          ''                          | https://[::1]:5000           | true
          ''                          | https://localhost.example    | false
          """)
  void the_list_means_what_it_means_for_programs_in_go(String list, URI address, boolean covered) {
    assertThat(NoProxy.parse(list).covers(address)).isEqualTo(covered);
  }
}
