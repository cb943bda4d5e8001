<?php

declare(strict_types=1);

namespace Latchkey\RelyingParty\Test\Build;

use PHPUnit\Framework\TestCase;

final class CopyIntoTest extends TestCase
{
    private const PACKAGE = __DIR__ . '/../..';

    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/latchkey-copy-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0o700);
    }

    protected function tearDown(): void
    {
        $below = new \RecursiveDirectoryIterator($this->folder, \FilesystemIterator::SKIP_DOTS);
        foreach (new \RecursiveIteratorIterator($below, \RecursiveIteratorIterator::CHILD_FIRST) as $file) {
            $file->isDir() ? rmdir($file->getPathname()) : unlink($file->getPathname());
        }
        rmdir($this->folder);
    }

    public function testCopiesEveryFileUnderTheModulesNamespaceWithTheLicence(): void
    {
        $this->copy('Latchkey\WordPress\Core', 'core');
        $copied = $this->filesBelow("{$this->folder}/core");
        $source = $this->filesBelow(self::PACKAGE . '/src');
        self::assertStringContainsString('MIT License', $copied['LICENSE']);
        unset($copied['COPIED.txt'], $copied['LICENSE']);
        self::assertSame(array_keys($source), array_keys($copied));
        foreach ($copied as $name => $text) {
            self::assertStringNotContainsString('RelyingParty\\', $text, $name);
            self::assertStringContainsString('namespace Latchkey\WordPress\Core', $text, $name);
        }
    }

    public function testLoadsBesideAnotherCopyAndWorks(): void
    {
        $this->copy('Latchkey\WordPress\Core', 'wp');
        $this->copy('Latchkey\MediaWiki\Core', 'mw');
        $program = <<<'PHP'
            require 'wp/autoload.php';
            require 'mw/autoload.php';
            foreach (['wp', 'mw'] as $folder) {
                $below = new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS);
                foreach (new RecursiveIteratorIterator($below) as $file) {
                    if ($file->getExtension() === 'php') {
                        require_once $file->getPathname();
                    }
                }
            }
            $secret = str_repeat('x', 32);
            $sealed = (new Latchkey\WordPress\Core\Secrets\Sealer($secret, 'p'))->seal('works', 'c');
            echo (new Latchkey\MediaWiki\Core\Secrets\Sealer($secret, 'p'))->open($sealed, 'c');
            echo class_exists('Latchkey\RelyingParty\Secrets\Sealer') ? ' beside ours' : '';
            PHP;
        self::assertSame([0, 'works'], $this->php('-d', 'error_reporting=-1', '-r', $program));
    }

    public function testReplacesAnEarlierCopyAndRemovesWhatIsNoLongerThere(): void
    {
        $this->copy('Latchkey\WordPress\Core', 'core');
        mkdir("{$this->folder}/core/Old");
        file_put_contents("{$this->folder}/core/Old/Gone.php", '<?php');
        $this->copy('Latchkey\WordPress\Core', 'core');
        self::assertDirectoryDoesNotExist("{$this->folder}/core/Old");
        self::assertFileExists("{$this->folder}/core/autoload.php");
    }

    public function testTouchesNoFolderThatHoldsSomethingElse(): void
    {
        mkdir("{$this->folder}/mine");
        file_put_contents("{$this->folder}/mine/letter.txt", 'dear');
        [$status] = $this->copyInto('Latchkey\WordPress\Core', 'mine');
        self::assertSame(1, $status);
        self::assertSame(['letter.txt' => 'dear'], $this->filesBelow("{$this->folder}/mine"));
    }

    public function testRefusesWhatIsNoNamespace(): void
    {
        foreach (['', 'Core', 'latchkey\core', 'A\B;', 'A\\', "A\\B\n", '\A\B'] as $namespace) {
            [$status] = $this->copyInto($namespace, 'core');
            self::assertSame([1, false], [$status, file_exists("{$this->folder}/core")], $namespace);
        }
    }

    private function copy(string $namespace, string $folder): void
    {
        self::assertSame([0, ''], $this->copyInto($namespace, $folder));
    }

    /** @return array{int, string} */
    private function copyInto(string $namespace, string $folder): array
    {
        return $this->php(self::PACKAGE . '/build/copy-into.php', $namespace, "{$this->folder}/{$folder}");
    }

    /** @return array{int, string} status and output of a PHP of its own */
    private function php(string ...$arguments): array
    {
        $pipes = [1 => ['pipe', 'w'], 2 => ['pipe', 'w']];
        $process = proc_open([PHP_BINARY, ...$arguments], $pipes, $opened, $this->folder);
        $output = stream_get_contents($opened[1]);
        stream_get_contents($opened[2]);
        return [proc_close($process), $output];
    }

    /** @return array<string, string> texts by path */
    private function filesBelow(string $folder): array
    {
        $texts = [];
        $below = new \RecursiveDirectoryIterator($folder, \FilesystemIterator::SKIP_DOTS);
        foreach (new \RecursiveIteratorIterator($below) as $file) {
            $texts[substr($file->getPathname(), strlen($folder) + 1)] = file_get_contents($file->getPathname());
        }
        ksort($texts);
        return $texts;
    }
}
