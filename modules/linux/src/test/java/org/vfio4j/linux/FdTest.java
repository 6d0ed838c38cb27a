/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FdTest {
    private static final String NAME = "fd-test";

    /** The JVM opens files when it likes, and may get a number between. */
    private static final int TRIES = 1_000;

    @Test
    void closingGivesTheDescriptorBack() throws IOException {
        Fd fd = Memfd.create(NAME, 1);
        assertThat(OpenFiles.ofMemfd(NAME)).isOne();

        fd.close();

        assertThat(OpenFiles.ofMemfd(NAME)).isZero();
        assertThat(fd.isOpen()).isFalse();
    }

    @Test
    void aSecondCloseDoesNotCloseWhoGotTheNumberMeanwhile() {
        boolean met = false;
        for (int tries = 0; !met && tries < TRIES; tries++) {
            Fd first = Memfd.create(NAME, 1);
            int number = first.number();
            first.close();
            try (Fd second = Memfd.create(NAME, 1)) {
                met = second.number() == number;

                first.close();

                assertThat(OpenFiles.target(second.number())).contains(NAME);
            }
        }
        assertThat(met).as("Linux gives the lowest free number").isTrue();
    }

    @Test
    void useAfterCloseNamesWhatWasClosed() {
        Fd fd = Memfd.create(NAME, 1);
        fd.close();

        assertThatIllegalStateException().isThrownBy(fd::number).withMessage("memfd fd-test is closed");
        assertThatIllegalStateException().isThrownBy(fd::duplicate);
        assertThatIllegalStateException().isThrownBy(fd::release);
        assertThat(fd).hasToString("memfd fd-test (closed)");
    }

    @Test
    void aDuplicateHasAnOwnerOfItsOwnAndIsClosedOnExec() throws IOException {
        Fd fd = Memfd.create(NAME, 1);
        try (Fd copy = fd.duplicate()) {
            assertThat(OpenFiles.ofMemfd(NAME)).isEqualTo(2);
            assertThat(copy.number()).isNotEqualTo(fd.number());

            fd.close();

            assertThat(OpenFiles.target(copy.number())).contains(NAME);
            // flags are octal; 02000000 is O_CLOEXEC
            assertThat(Files.readString(Path.of("/proc/self/fdinfo", Integer.toString(copy.number()))))
                    .containsPattern("flags:\\s+02\\d{6}\\b");
        }
        assertThat(OpenFiles.ofMemfd(NAME)).isZero();
    }

    @Test
    void aBorrowedNumberThatIsNotOpenIsRefused() {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> Fd.duplicateOf(Integer.MAX_VALUE, "descriptor of a request"))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                .withMessageContaining("descriptor of a request");
    }

    @Test
    void aReleasedNumberIsTheCallers() {
        Fd fd = Memfd.create(NAME, 1);
        int number = fd.release();

        fd.close();

        assertThat(OpenFiles.target(number)).contains(NAME);
        Fd.take(number, "taken back").close();
        assertThat(OpenFiles.target(number)).doesNotContain(NAME);
    }

    @Test
    void aNegativeNumberIsNoDescriptor() {
        assertThatIllegalArgumentException().isThrownBy(() -> Fd.take(-1, "nothing"));
    }
}
