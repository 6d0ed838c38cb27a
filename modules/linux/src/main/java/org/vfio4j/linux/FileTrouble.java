/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file could not be read or written, in words: the JDK's exceptions say little more than the file's name. */
public final class FileTrouble {
    private FileTrouble() {}

    /** What was thrown for a file that the sentence before names. */
    public static String words(Exception thrown) {
        return switch (thrown) {
            case NoSuchFileException _ -> "there is no such file or folder";
            case AccessDeniedException _ -> Errno.text(Errno.EACCES);
            case FileAlreadyExistsException _ -> "it is there already";
            case NotDirectoryException _ -> Errno.text(Errno.ENOTDIR);
            case FileSystemException e when e.getReason() != null -> String.valueOf(e.getReason());
            case CharacterCodingException _ -> "it is not UTF-8 text";
            case DirectoryIteratorException e when e.getCause() != null -> words(e.getCause());
            default -> String.valueOf(thrown.getMessage());
        };
    }
}
